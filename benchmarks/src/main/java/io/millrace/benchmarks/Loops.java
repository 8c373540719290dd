package io.millrace.benchmarks;

import io.millrace.model.Batch;
import io.millrace.model.InferenceException;
import io.millrace.model.ModelException;
import io.millrace.model.ModelVersion;

/** The limits without Flink: the same rows filled, run and read in a plain loop. */
final class Loops {
  private static final ModelVersion VERSION = new ModelVersion(Pipelines.MODEL, 1, "sha256:");

  private Loops() {}

  /** Fills, runs and reads each row. */
  static Sample plain(Subject subject, int cap, int records)
      throws ModelException, InferenceException, InterruptedException {
    try (LoadedBatch loaded = LoadedBatch.open(subject.savedModel(), cap)) {
      Batch batch = loaded.batch();
      Check check = new Check(subject.expected());
      Meter meter = Meter.begin(records);
      meter.entered();
      byte[][] waiting = new byte[cap][];
      for (int i = 0; i < records; i++) {
        byte[] record = Records.binary(i);
        waiting[batch.rows()] = record;
        batch.append(record, Pipelines.WRITER);
        if (batch.rows() == cap || i == records - 1) {
          readAll(batch, waiting, check);
        }
      }
      return meter.sample("plain loop");
    }
  }

  private static void readAll(Batch batch, byte[][] waiting, Check check)
      throws InferenceException {
    int rows = batch.rows();
    batch.run(0, rows);
    for (int row = 0; row < rows; row++) {
      check.accept(Pipelines.READER.read(waiting[row], batch.prediction(row), VERSION));
    }
    batch.clear();
  }

  /** Runs one full batch again and again, neither filled nor read. */
  static Sample engine(Subject subject, int cap, int records)
      throws ModelException, InferenceException, InterruptedException {
    try (LoadedBatch loaded = LoadedBatch.open(subject.savedModel(), cap)) {
      Batch batch = loaded.batch();
      for (int i = 0; i < cap; i++) {
        batch.append(Records.binary(i), Pipelines.WRITER);
      }
      int calls = Math.max(1, records / cap);
      Meter meter = Meter.begin(calls * cap);
      meter.entered();
      for (int call = 0; call < calls; call++) {
        batch.run(0, cap);
      }
      float error = Math.abs(batch.prediction(0).output(0).getFloat(0) - subject.expected()[0]);
      meter.left(calls * cap, error);
      return meter.sample("bare engine call");
    }
  }
}
