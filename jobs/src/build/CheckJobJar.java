import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Fails the build when the job jar holds what belongs in the cluster's {@code lib/}. A second copy
 * of TensorFlow under a user-code class loader aborts the whole TaskManager ({@code libprotobuf
 * FATAL ... File already exists in database}), and no Java code can catch that.
 */
final class CheckJobJar {
  private static final List<String> FORBIDDEN =
      List.of(
          "org/tensorflow/",
          "org/bytedeco/",
          "com/google/protobuf/",
          "com/sun/jna/",
          "org/apache/hadoop/",
          "org/apache/flink/core/",
          "org/slf4j/",
          "org/apache/logging/",
          "io/millrace/jobs/demo/",
          "io/millrace/jobs/report/",
          "io/millrace/jobs/bench/");
  private static final List<String> REQUIRED =
      List.of(
          "io/millrace/flink/",
          "io/millrace/connectors/",
          "io/millrace/jobs/",
          "org/apache/kafka/clients/",
          "org/apache/flink/connector/kafka/");

  private CheckJobJar() {}

  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      List<String> names =
          zip.stream().map(ZipEntry::getName).filter(name -> !name.endsWith("/")).toList();
      for (String prefix : FORBIDDEN) {
        names.stream()
            .filter(name -> unversioned(name).startsWith(prefix))
            .findFirst()
            .ifPresent(name -> fail(jar + " holds " + name + ": it belongs in lib/, scope provided"));
      }
      for (String prefix : REQUIRED) {
        if (names.stream().noneMatch(name -> name.startsWith(prefix))) {
          fail(jar + " holds nothing below " + prefix);
        }
      }
    }
  }

  // META-INF/versions/<n>/ is the same class path for newer JDKs.
  private static String unversioned(String name) {
    return name.replaceFirst("^META-INF/versions/[0-9]+/", "");
  }

  private static void fail(String message) {
    System.err.println(message);
    System.exit(1);
  }
}
