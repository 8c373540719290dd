package io.millrace.connectors.files;

import java.io.IOException;
import java.util.Objects;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Writes what comes of each split into files of its own. A split's outcomes come one behind the
 * other, as the source reads a split at a time and the inference operator keeps their order.
 */
final class FileWriterOperator extends AbstractStreamOperator<WrittenFile>
    implements OneInputStreamOperator<FileOutcome, WrittenFile>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final OutputFolder folder;
  private final OutputNames names;
  private final PredictionFiles format;

  private transient @Nullable RecoverableWriter writer;
  private transient @Nullable FileOutcome current;
  private transient @Nullable PartitionFiles predictions;
  private transient @Nullable PartitionFiles deadLetters;

  FileWriterOperator(OutputFolder folder, OutputNames names, PredictionFiles format) {
    this.folder = folder;
    this.names = names;
    this.format = format;
  }

  @Override
  public void open() throws Exception {
    super.open();
    folder.begin();
    writer = folder.staged("file").getFileSystem().createRecoverableWriter();
    predictions =
        new PartitionFiles(
            (first, number) ->
                open(
                    names.predictions(first.path(), first.split(), first.partition(), number),
                    format::open),
            this::finished,
            format.maxOpen(),
            PartitionFiles.MAX_FILES);
    deadLetters =
        new PartitionFiles(
            (first, number) ->
                open(
                    names.deadLetters(first.path(), first.split()),
                    (out, name) -> new LineWriter(out)),
            this::finished,
            1,
            1);
  }

  @Override
  public void processElement(StreamRecord<FileOutcome> element) throws IOException {
    FileOutcome outcome = element.getValue();
    FileOutcome last = current;
    if (last != null && (last.split() != outcome.split() || !last.path().equals(outcome.path()))) {
      finishFiles();
    }
    current = outcome;
    PartitionFiles files = outcome.isDeadLetter() ? deadLetters : predictions;
    Objects.requireNonNull(files, "opened").write(outcome);
  }

  private StagedFile open(String name, StagedFile.Content content) throws IOException {
    return new StagedFile(folder, name, Objects.requireNonNull(writer, "opened"), content);
  }

  private void finishFiles() throws IOException {
    Objects.requireNonNull(predictions, "opened").finish();
    Objects.requireNonNull(deadLetters, "opened").finish();
  }

  private void finished(WrittenFile file) {
    output.collect(new StreamRecord<>(file));
  }

  @Override
  public void endInput() throws IOException {
    finishFiles();
  }

  @Override
  public void close() throws Exception {
    IOUtils.closeAll(predictions, deadLetters);
    super.close();
  }
}
