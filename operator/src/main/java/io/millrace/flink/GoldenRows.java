package io.millrace.flink;

import io.millrace.flink.GoldenFile.GoldenRow;
import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.HeapShare;
import io.millrace.model.InferenceException;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.tensor.RecordException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows whose answers are known, which a version brings along in {@code assets.extra/golden.json}:
 * run as records are, before the version scores any, and held against what is to come out.
 */
final class GoldenRows {
  static final String FILE = "assets.extra/golden.json";

  private static final Logger LOG = LoggerFactory.getLogger(GoldenRows.class);
  private static final long MAX_BYTES = 1L << 24;
  private static final String DEFAULT_SIGNATURE = "serving_default";

  private final Model model;
  private final BatchOptions options;
  private final GoldenFile file;
  private final List<GoldenRow> rows;
  private final GoldenReport report;

  private GoldenRows(Model model, BatchOptions options, GoldenFile file) throws IOException {
    this.model = model;
    this.options = options;
    this.file = file;
    this.rows = file.rows(options.signature());
    this.report = new GoldenReport(file.tolerance());
  }

  /**
   * Checks a version that is loaded and warm.
   *
   * @param options how the job runs it
   * @throws ModelException GOLDEN_MISMATCH naming row, output, position, expected and actual value
   *     and tolerance of the first mismatches; or what is wrong with the file
   */
  static void check(ModelFiles files, Model model, BatchOptions options) throws ModelException {
    try {
      HeapShare share = HeapShare.ofProcess();
      byte[] json = files.read(FILE, Math.min(MAX_BYTES, share.left())).orElse(null);
      if (json == null) {
        return;
      }
      share.take(json.length);
      GoldenFile file = GoldenFile.parse(json, share);
      String meant = signature(file.signatureName(), model.signatureKeys());
      if (!meant.equals(options.signature().name())) {
        LOG.info(
            "{} is for signature '{}', and '{}' scores: not checked",
            FILE,
            meant,
            options.signature().name());
        return;
      }
      new GoldenRows(model, options, file).check();
    } catch (IOException e) {
      throw new ModelException(
          ModelReason.GOLDEN_MISMATCH, "golden rows '" + FILE + "': " + e.getMessage(), e);
    }
  }

  private static String signature(@Nullable String named, List<String> keys) throws IOException {
    if (named != null ? keys.contains(named) : keys.contains(DEFAULT_SIGNATURE)) {
      return named != null ? named : DEFAULT_SIGNATURE;
    }
    if (named == null && keys.size() == 1) {
      return keys.get(0);
    }
    throw new IOException(
        (named == null ? "no signature_name" : "signature_name is '" + named + "'")
            + ": expected one of "
            + keys);
  }

  private void check() throws ModelException, IOException {
    BatchOptions lenient =
        new BatchOptions(
            options.signature(), options.batched(), options.sizes(), false, options.padValues());
    try (Batch batch = model.newBatch(lenient)) {
      int next = 0;
      while (next < rows.size()) {
        int first = next;
        while (next < rows.size() && !batch.isFull() && append(batch, next)) {
          next++;
        }
        if (next == first) {
          throw new IllegalStateException("an empty batch took no golden row");
        }
        run(batch, first);
        batch.clear();
      }
    }
    if (!report.isEmpty()) {
      throw new IOException(report.message(rows.size()));
    }
  }

  private boolean append(Batch batch, int row) throws IOException {
    try {
      return batch.append(rows.get(row).inputs(), JsonValues::write);
    } catch (RecordException e) {
      throw new IOException("row " + row + ": " + e.getMessage(), e);
    }
  }

  private void run(Batch batch, int first) throws IOException {
    try {
      batch.run(0, batch.rows());
    } catch (InferenceException e) {
      throw new IOException(
          "rows "
              + first
              + " to "
              + (first + batch.rows() - 1)
              + ": the model fails on them: "
              + e.getMessage(),
          e);
    }
    for (int i = 0; i < batch.rows(); i++) {
      report.compare(first + i, rows.get(first + i).outputs(), batch.prediction(i));
    }
  }
}
