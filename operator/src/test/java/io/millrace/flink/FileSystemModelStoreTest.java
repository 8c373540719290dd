package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.testing.check.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemModelStoreTest {
  @TempDir Path temporary;
  private Path model;
  private Path copies;
  private FileSystemModelStore store;

  @BeforeEach
  void writeModel() throws IOException {
    model = temporary.resolve("models/fraud/7");
    copies = temporary.resolve("copies");
    Files.createDirectories(model.resolve("variables"));
    Files.writeString(model.resolve("saved_model.pb"), "graph");
    Files.writeString(model.resolve("variables/variables.index"), "index");
    Files.writeString(model.resolve("variables/variables.data-00000-of-00001"), "");
    store = FileSystemModelStore.of(List.of(temporary.resolve("models").toString()), copies);
  }

  @Test
  void fetch_localDirectory_givesAPrivateCopyUntilClosed() throws Exception {
    ModelFiles files = store.fetch(model.toUri(), null);
    assertThat(files.directory()).isDirectory().isNotEqualTo(model);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.directory())))
        .isEqualTo("rwx------");
    assertThat(files.directory().resolve("saved_model.pb")).hasContent("graph");
    assertThat(files.directory().resolve("variables/variables.index")).hasContent("index");
    assertThat(files.directory().resolve("variables/variables.data-00000-of-00001")).isEmptyFile();
    assertThat(files.bytes()).isEqualTo(10);
    files.close();
    files.close();
    assertThat(copies).isEmptyDirectory();
    assertThat(model.resolve("saved_model.pb")).exists();
  }

  @Test
  void fetch_toMemory_givesTheSameAndTouchesNoDisk() throws Exception {
    String digest;
    try (ModelFiles files = store.fetch(model.toUri(), null)) {
      digest = files.digest();
    }
    Files.delete(copies);
    ModelFiles files = store.with(Staging.MEMORY).fetch(model.toUri(), digest);
    assertThat(files.digest()).isEqualTo(digest);
    assertThat(files.bytes()).isEqualTo(10);
    assertThat(files.content().name()).isEqualTo("file://" + model);
    assertThat(files.content().open("saved_model.pb")).hasContent("graph");
    assertThat(files.content().open("variables/variables.index")).hasContent("index");
    assertThat(files.content().size("variables/variables.data-00000-of-00001")).isZero();
    files.close();
    files.close();
    assertThat(files.content().contains("saved_model.pb")).isFalse();
    assertThat(copies).doesNotExist();
  }

  @Test
  void fetch_toMemory_refusesOtherContent() {
    String other = "sha256:" + "0".repeat(64);
    assertRejected(
            () -> store.with(Staging.MEMORY).fetch(model.toUri(), other),
            ModelReason.DIGEST_MISMATCH)
        .hasMessageContaining("expected " + other + " as announced");
  }

  @Test
  void fault47_fetch_toMemoryThatIsNotThere_isRefusedBeforeAnyCopy() throws Exception {
    try (RandomAccessFile sparse = new RandomAccessFile(model.resolve("large").toFile(), "rw")) {
      sparse.setLength(1L << 43);
    }
    assertRejected(
            () -> store.with(Staging.MEMORY).fetch(model.toUri(), null), ModelReason.TOO_LARGE)
        .hasMessageContainingAll("1m of graph", "8388609m of other files", "are free");
  }

  @Test
  void fetch_twice_givesIndependentCopies() throws Exception {
    try (ModelFiles first = store.fetch(model.toUri(), null)) {
      store.fetch(model.toUri(), null).close();
      assertThat(first.directory().resolve("saved_model.pb")).hasContent("graph");
    }
  }

  @Test
  void fetch_digest_isThatOfTheManifest() throws Exception {
    Files.writeString(model.resolve("model.sig"), "signature");
    String lines =
        sha256("graph")
            + " 5 saved_model.pb\n"
            + sha256("")
            + " 0 variables/variables.data-00000-of-00001\n"
            + sha256("index")
            + " 5 variables/variables.index\n";
    String digest = "sha256:" + sha256(lines);
    try (ModelFiles files = store.fetch(model.toUri(), digest)) {
      assertThat(files.digest()).isEqualTo(digest);
    }
  }

  @Test
  void fetch_anyChange_isADigestMismatch() throws Exception {
    String digest;
    try (ModelFiles files = store.fetch(model.toUri(), null)) {
      digest = files.digest();
    }
    Files.writeString(model.resolve("extra"), "x");
    assertMismatch(digest);
    Files.delete(model.resolve("extra"));
    Files.delete(model.resolve("variables/variables.data-00000-of-00001"));
    assertMismatch(digest);
    Files.writeString(model.resolve("variables/variables.data-00000-of-00001"), "");
    Files.writeString(model.resolve("variables/variables.index"), "jndex");
    assertMismatch(digest);
    Files.move(model.resolve("variables/variables.index"), model.resolve("variables/other"));
    assertMismatch(digest);
  }

  private void assertMismatch(String digest) {
    assertRejected(() -> store.fetch(model.toUri(), digest), ModelReason.DIGEST_MISMATCH)
        .hasMessageContaining("expected " + digest)
        .hasMessageContaining("got sha256:");
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void fetch_missingOrEmptyOrAFile_isNotFound() throws Exception {
    Path missing = model.resolveSibling("8");
    assertRejected(() -> store.fetch(missing.toUri(), null), ModelReason.NOT_FOUND)
        .hasMessage(
            "file://"
                + missing
                + " does not exist: expected the directory of one version, with saved_model.pb in it");
    Files.createDirectory(missing);
    assertRejected(() -> store.fetch(missing.toUri(), null), ModelReason.NOT_FOUND)
        .hasMessageContaining("has no files");
    assertRejected(
            () -> store.fetch(model.resolve("saved_model.pb").toUri(), null), ModelReason.NOT_FOUND)
        .hasMessageContaining("is a file: expected the directory");
  }

  @Test
  void fetch_withoutGraph_isIncomplete() throws Exception {
    Files.delete(model.resolve("saved_model.pb"));
    assertRejected(() -> store.fetch(model.toUri(), null), ModelReason.INCOMPLETE)
        .hasMessageContaining("no saved_model.pb or saved_model.pbtxt: found 2 files")
        .hasMessageContaining("variables/variables.index");
    Files.writeString(model.resolve("saved_model.pbtxt"), "text");
    store.fetch(model.toUri(), null).close();
  }

  @Test
  void fetch_unknownFileSystem_failsWithTheCause() {
    FileSystemModelStore other = FileSystemModelStore.of(List.of("nowhere://host/models"), copies);
    assertRejected(
            () -> other.fetch(ModelLocation.parse("nowhere://host/models/1"), null),
            ModelReason.FETCH_FAILED)
        .hasMessageContaining("nowhere://host/models/1")
        .cause()
        .hasMessageContaining("nowhere");
  }

  @Test
  void fault28_outsideRoots_isRefusedBeforeAnyInputOrOutput() {
    assertRejected(
            () -> store.fetch(temporary.resolve("other/1").toUri(), null),
            ModelReason.OUTSIDE_ROOTS)
        .hasMessageContaining("model.roots");
    assertThat(copies).doesNotExist();
  }

  @Test
  void fetch_directoriesThatNeverEnd_failsAndLeavesNothing() throws Exception {
    Files.createSymbolicLink(model.resolve("loop"), model);
    assertRejected(() -> store.fetch(model.toUri(), null), ModelReason.FETCH_FAILED)
        .hasMessageContaining("nested more than");
    assertThat(copies).doesNotExist();
  }

  @Test
  void fetch_unreadableFile_failsAndLeavesNothing() throws Exception {
    Files.createSymbolicLink(model.resolve("zzz"), Path.of("/proc/self/mem"));
    assertRejected(() -> store.fetch(model.toUri(), null), ModelReason.FETCH_FAILED)
        .hasMessageContaining("cannot read file://" + model);
    assertThat(copies).isEmptyDirectory();
    Files.delete(model.resolve("zzz")); // Or JUnit warns of a link that leaves its folder.
  }

  @Test
  void fetch_fileLongerThanListed_failsAndLeavesNothing() throws Exception {
    Files.createSymbolicLink(model.resolve("endless"), Path.of("/dev/zero"));
    assertRejected(() -> store.fetch(model.toUri(), null), ModelReason.FETCH_FAILED)
        .hasMessageContaining("'endless' changed while it was read: listed with 0 bytes");
    assertThat(copies).isEmptyDirectory();
    Files.delete(model.resolve("endless"));
  }

  @Test
  void fetch_interruptedWhileCopying_leavesNothing() throws Exception {
    try (RandomAccessFile sparse = new RandomAccessFile(model.resolve("large").toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }
    FutureTask<ModelFiles> fetch = new FutureTask<>(() -> store.fetch(model.toUri(), null));
    Thread thread = new Thread(fetch, "fetch");
    thread.start();
    Await.until("it copies", this::isCopying);
    thread.interrupt();
    assertThatThrownBy(() -> fetch.get(3, TimeUnit.MINUTES))
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(copies).isEmptyDirectory();
  }

  private boolean isCopying() throws IOException {
    if (Files.notExists(copies)) {
      return false;
    }
    try (Stream<Path> files = Files.find(copies, 2, (path, attributes) -> path.endsWith("large"))) {
      return files.findAny().isPresent();
    }
  }

  @Test
  void fetch_interruptedBefore_readsNothing() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> store.fetch(model.toUri(), null))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(copies).doesNotExist();
  }

  @Test
  void fetch_parentOpenToOthers_isRefused() throws Exception {
    Files.createDirectory(copies);
    Files.setPosixFilePermissions(copies, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertRejected(() -> store.fetch(model.toUri(), null), ModelReason.FETCH_FAILED)
        .hasMessageStartingWith(
            "cannot copy file://" + model + " to this machine: cannot write " + copies + ": ")
        .hasMessageContaining("mode 0700");
  }

  private static AbstractThrowableAssert<?, ModelException> assertRejected(
      ThrowingCallable call, ModelReason reason) {
    return assertThatThrownBy(call)
        .asInstanceOf(throwable(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static String sha256(String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
