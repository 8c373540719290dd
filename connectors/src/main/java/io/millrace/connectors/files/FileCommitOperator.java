package io.millrace.connectors.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Makes the files of all subtasks show once there will be no more. */
final class FileCommitOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<WrittenFile, Void>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final OutputFolder folder;

  private transient List<WrittenFile> written = new ArrayList<>();

  FileCommitOperator(OutputFolder folder) {
    this.folder = folder;
  }

  @Override
  public void open() throws Exception {
    super.open();
    written = new ArrayList<>();
  }

  @Override
  public void processElement(StreamRecord<WrittenFile> element) {
    written.add(element.getValue());
  }

  @Override
  public void endInput() throws IOException {
    folder.commit(written);
  }
}
