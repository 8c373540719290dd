package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.MaliciousModels;
import io.millrace.testing.models.SavedModels;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that must not be loaded, published to an operator that scores. */
class RefusedVersionsITCase {
  @TempDir private Path temporary;
  private Path roots;

  @BeforeEach
  void writeFirstVersion() {
    roots = temporary.resolve(Harness.MODEL);
    SavedModels.constantVersion(roots.resolve("1"), 1);
  }

  @Test
  void fault08_deniedOp_isRejectedUnrunNamingOpAndNode() throws Exception {
    Path written = temporary.resolve("written");
    MaliciousModels.writing(roots.resolve("2"), written);

    ModelEvent event = RejectedVersion.of(roots, Harness.publish(roots, 2, 2));
    assertThat(event.reason()).isEqualTo(ModelReason.OP_REFUSED);
    assertThat(event.message())
        .contains("is refused by ops-policy standard: op 'WriteFile' (node 'hostile')");
    assertThat(written).doesNotExist();
  }

  @Test
  void fault08_unknownOp_isRejectedNamingOpAndNode() throws Exception {
    SavedModels.customOp(roots.resolve("2"));

    ModelEvent event = RejectedVersion.of(roots, Harness.publish(roots, 2, 2));
    assertThat(event.reason()).isEqualTo(ModelReason.OP_REFUSED);
    assertThat(event.message()).contains("op 'MillraceForest' (node 'forest')");
  }

  @Test
  void fault28_locationOutsideTheRoots_isRejectedWithoutAnyIo() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      server.configureBlocking(false);
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      URI elsewhere = URI.create("hdfs://127.0.0.1:" + port + "/models/m/2");

      ModelEvent event =
          RejectedVersion.of(roots, new Publish(Harness.MODEL, 2, elsewhere, null, 2, true, null));
      assertThat(event.reason()).isEqualTo(ModelReason.OUTSIDE_ROOTS);
      assertThat(event.message()).contains(elsewhere.toString(), "model.roots");
      assertThat(server.accept()).as("a connection").isNull();
    }
  }
}
