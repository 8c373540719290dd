package io.millrace.jobs.whatif;

/** The version that a record says it was scored by. */
record Scorer(String model, String version, String digest) {
  @Override
  public String toString() {
    return model + "/" + version;
  }
}
