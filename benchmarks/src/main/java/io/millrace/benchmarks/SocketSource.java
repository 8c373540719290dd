package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of one length from a socket, on a thread beside the task's as Kafka's source does.
 * Ends with the connection; nothing is read again after a failure.
 */
final class SocketSource implements Source<byte[], SocketSource.Connection, Integer> {
  private static final long serialVersionUID = 1L;

  private final int port;
  private final int recordBytes;

  /** The one split. */
  record Connection(int port) implements SourceSplit {
    @Override
    public String splitId() {
      return "port-" + port;
    }
  }

  SocketSource(int port, int recordBytes) {
    this.port = port;
    this.recordBytes = recordBytes;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<byte[], Connection> createReader(SourceReaderContext context) {
    return new Reader(recordBytes, context);
  }

  @Override
  public SplitEnumerator<Connection, Integer> createEnumerator(
      SplitEnumeratorContext<Connection> context) {
    return new Enumerator(context, port);
  }

  @Override
  public SplitEnumerator<Connection, Integer> restoreEnumerator(
      SplitEnumeratorContext<Connection> context, Integer checkpoint) {
    return new Enumerator(context, checkpoint);
  }

  @Override
  public SimpleVersionedSerializer<Connection> getSplitSerializer() {
    return new PortSerializer<>() {
      @Override
      int port(Connection split) {
        return split.port();
      }

      @Override
      Connection of(int number) {
        return new Connection(number);
      }
    };
  }

  @Override
  public SimpleVersionedSerializer<Integer> getEnumeratorCheckpointSerializer() {
    return new PortSerializer<>() {
      @Override
      int port(Integer checkpoint) {
        return checkpoint;
      }

      @Override
      Integer of(int number) {
        return number;
      }
    };
  }

  private abstract static class PortSerializer<T> implements SimpleVersionedSerializer<T> {
    abstract int port(T value);

    abstract T of(int number);

    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(T value) {
      return ByteBuffer.allocate(Integer.BYTES).putInt(port(value)).array();
    }

    @Override
    public T deserialize(int version, byte[] serialized) {
      return of(ByteBuffer.wrap(serialized).getInt());
    }
  }

  private static final class Reader
      extends SingleThreadMultiplexSourceReaderBase<byte[], byte[], Connection, Connection> {
    Reader(int recordBytes, SourceReaderContext context) {
      super(
          () -> new SocketSplitReader(recordBytes),
          (record, output, split) -> output.collect(record),
          context.getConfiguration(),
          context);
    }

    @Override
    protected void onSplitFinished(Map<String, Connection> finished) {
      // The enumerator has said already that there are no more.
    }

    @Override
    protected Connection initializedState(Connection split) {
      return split;
    }

    @Override
    protected Connection toSplitType(String splitId, Connection state) {
      return state;
    }
  }

  private record Enumerator(SplitEnumeratorContext<Connection> context, int port)
      implements SplitEnumerator<Connection, Integer> {
    @Override
    public void start() {}

    @Override
    public void addReader(int subtask) {
      if (subtask == 0) {
        context.assignSplit(new Connection(port), subtask);
      }
      context.signalNoMoreSplits(subtask);
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {}

    @Override
    public void addSplitsBack(List<Connection> splits, int subtask) {}

    @Override
    public Integer snapshotState(long checkpoint) {
      return port;
    }

    @Override
    public void close() throws IOException {}
  }
}
