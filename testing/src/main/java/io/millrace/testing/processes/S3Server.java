package io.millrace.testing.processes;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A real S3 API over a local folder, with signed requests, in a JVM of its own (s3proxy). Objects
 * are put through the API: a file laid into the folder has no ETag and cannot be read.
 *
 * <pre>{@code
 * try (S3Server s3 = S3Server.start(S3Server.jars(), temporaryFolder)) {
 *   s3.createBucket("models");
 *   configuration.setString("s3.endpoint", s3.endpoint().toString());
 *   configuration.setString("s3.path.style.access", "true");
 *   configuration.setString("s3.access-key", s3.accessKey());
 *   configuration.setString("s3.secret-key", s3.secretKey());
 * }
 * }</pre>
 */
public final class S3Server implements AutoCloseable {
  private static final String ACCESS_KEY = "millrace-test";
  private static final String SECRET_KEY = "millrace-test-secret";
  private static final Duration START = Duration.ofMinutes(3);
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Path buckets;
  private final Keys keys;
  private final ReservedPort port;
  private final ChildJvm process;

  private record Keys(String access, String secret) {}

  private S3Server(Path buckets, Keys keys, ReservedPort port, ChildJvm process) {
    this.buckets = buckets;
    this.keys = keys;
    this.port = port;
    this.process = process;
  }

  /** The server's jars where the build puts them, below system property millrace.processes. */
  public static Path jars() {
    return ProcessJars.folder("s3");
  }

  /**
   * Starts a server without buckets; returns when it answers, after about two seconds.
   *
   * @param jars the folder with the server's jars
   * @param directory an empty or missing folder for its data, configuration and log
   * @throws IOException if it does not start, with the end of its log
   */
  public static S3Server start(Path jars, Path directory) throws IOException, InterruptedException {
    return start(jars, directory, ACCESS_KEY, SECRET_KEY);
  }

  /**
   * As {@link #start(Path, Path)}, for a client with these keys.
   *
   * @param accessKey letters and digits, as the other one
   */
  public static S3Server start(Path jars, Path directory, String accessKey, String secretKey)
      throws IOException, InterruptedException {
    Keys keys = new Keys(accessKey, secretKey);
    Path buckets = Files.createDirectories(directory.toAbsolutePath().resolve("buckets"));
    ReservedPort port = ReservedPort.reserve();
    boolean started = false;
    try {
      Path configuration = directory.toAbsolutePath().resolve("s3proxy.properties");
      Files.writeString(configuration, properties(keys, port, buckets));
      ChildJvm process =
          ChildJvm.start(
              new ChildJvm.Command(
                  "s3",
                  jars,
                  directory,
                  JVM_OPTIONS,
                  "org.gaul.s3proxy.Main",
                  List.of("--properties", configuration.toString())));
      process.awaitReady(START, port::isListening);
      started = true;
      return new S3Server(buckets, keys, port, process);
    } finally {
      if (!started) {
        port.close();
      }
    }
  }

  /** {@code http://127.0.0.1:<port>}; buckets are named in the path. */
  public URI endpoint() {
    return endpoint(port);
  }

  public String accessKey() {
    return keys.access();
  }

  public String secretKey() {
    return keys.secret();
  }

  /** Creates an empty bucket. */
  public void createBucket(String name) throws IOException {
    Files.createDirectory(buckets.resolve(name));
  }

  @Override
  public void close() throws IOException {
    process.close();
    port.close();
  }

  private static URI endpoint(ReservedPort port) {
    return URI.create("http://127.0.0.1:" + port.number());
  }

  private static String properties(Keys keys, ReservedPort port, Path buckets) {
    return String.join(
        "\n",
        "s3proxy.endpoint=" + endpoint(port),
        "s3proxy.authorization=aws-v2-or-v4",
        "s3proxy.identity=" + keys.access(),
        "s3proxy.credential=" + keys.secret(),
        "jclouds.provider=filesystem-nio2",
        "jclouds.identity=" + keys.access(),
        "jclouds.credential=" + keys.secret(),
        "jclouds.filesystem.basedir=" + buckets,
        "");
  }
}
