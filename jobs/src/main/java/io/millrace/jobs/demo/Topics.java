package io.millrace.jobs.demo;

/** The topics of the demo. */
record Topics(String input, String output, String deadLetters, String control, String status) {
  static final Topics DEMO =
      new Topics("transactions", "scored", "rejected", "models", "model-events");
}
