package io.millrace.testing.processes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What lies in a broker's folder: its configuration, its data and its log. */
record BrokerDirectory(Path path) {
  BrokerDirectory {
    path = path.toAbsolutePath();
  }

  Path configuration() {
    return path.resolve("server.properties");
  }

  /** The cluster that the data belongs to; empty where nothing was formatted yet. */
  Optional<String> clusterId() throws IOException {
    Path file = data().resolve("meta.properties");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    }
    String clusterId = properties.getProperty("cluster.id");
    if (clusterId == null) {
      throw new IOException(file + " has no cluster.id: expected the data of a broker");
    }
    return Optional.of(clusterId);
  }

  /**
   * @throws IOException if the folder has content that is not a broker's, or a broker runs on it
   */
  void requireUsable() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (DirectoryStream<Path> content = Files.newDirectoryStream(path)) {
      if (content.iterator().hasNext() && !Files.exists(configuration())) {
        throw new IOException(
            "folder "
                + path
                + " is not a broker's: expected a new or an empty one, or one with server.properties");
      }
    }
    Path lockFile = data().resolve(".lock");
    if (Files.exists(lockFile)) {
      try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          throw new IOException("another broker runs on folder " + path + ": end it first");
        }
      }
    }
  }

  /** Writes the broker's configuration. */
  void configure(ReservedPort port, ReservedPort controllerPort, @Nullable SaslListener sasl)
      throws IOException {
    Files.createDirectories(path);
    String listeners =
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
            .formatted(port.number(), controllerPort.number());
    String properties =
        String.join(
            "\n",
            "process.roles=broker,controller",
            "node.id=1",
            "controller.quorum.voters=1@127.0.0.1:" + controllerPort.number(),
            "controller.listener.names=CONTROLLER",
            "listeners=" + listeners + (sasl == null ? "" : ",SASL://" + sasl.address()),
            sasl == null ? "" : String.join("\n", sasl.properties()),
            "log.dirs=" + data(),
            "auto.create.topics.enable=false",
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "transaction.state.log.num.partitions=1",
            // Flink's default transaction timeout is an hour, the broker's limit a quarter of one.
            "transaction.max.timeout.ms=" + Duration.ofHours(2).toMillis(),
            "group.initial.rebalance.delay.ms=0",
            // A broker that was killed may come back once its old session is over: 9 s by default.
            "broker.session.timeout.ms=4000",
            "broker.heartbeat.interval.ms=500",
            // Where nothing is asked of it, a broker is to do little: fewer threads that look for
            // work, and no records that say that there is none.
            "num.network.threads=2",
            "num.io.threads=2",
            "background.threads=2",
            "metadata.max.idle.interval.ms=0",
            // Replayed records bear old timestamps.
            "log.retention.ms=-1",
            "");
    Files.writeString(configuration(), properties);
  }

  private Path data() {
    return path.resolve("data");
  }
}
