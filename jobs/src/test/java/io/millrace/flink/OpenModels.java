package io.millrace.flink;

/** How many models the operators of this JVM hold; for tests of whole jobs. */
public final class OpenModels {
  private OpenModels() {}

  public static int count() {
    return SharedModel.held();
  }
}
