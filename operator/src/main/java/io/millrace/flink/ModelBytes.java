package io.millrace.flink;

import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelMemory;
import io.millrace.model.ModelMemory.Block;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Versions from bytes that a program has in a variable or reads from a stream. Nothing of them
 * touches a disk; the files are held against a manifest among them, and against a digest, as those
 * of a {@link FileSystemModelStore} are.
 *
 * <pre>{@code
 * try (ModelFiles files = ModelBytes.ofZip("fraud/8", new ByteArrayInputStream(zip), null);
 *     Model model = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT)) {
 *   ...
 * }
 * }</pre>
 *
 * <p>Thread-safe; holds nothing.
 */
public final class ModelBytes {
  private static final int MOST_FILES = 100_000;
  private static final int BUFFER_BYTES = 1 << 18;
  private static final List<String> GRAPHS = List.of("saved_model.pb", "saved_model.pbtxt");

  private ModelBytes() {}

  /**
   * A version of files in buffers, which stay the caller's: they must not change until the model is
   * loaded, and may be used again afterwards.
   *
   * @param name of the version in messages
   * @param files from position to limit, by path relative to the version's directory, such as
   *     {@code variables/variables.index}
   * @param digest what the files must hash to, or null where any content is accepted
   * @return the files, owned by the caller, who closes them
   * @throws ModelException INCOMPLETE, DIGEST_MISMATCH, UNLISTED_FILE, TOO_LARGE
   * @throws IllegalArgumentException for a path that leads out of the directory
   */
  public static ModelFiles of(String name, Map<String, ByteBuffer> files, @Nullable String digest)
      throws ModelException {
    Map<String, List<Block>> blocks = new HashMap<>();
    files.forEach((path, buffer) -> blocks.put(path, List.of(new Block(buffer, null))));
    ModelMemory memory = new ModelMemory(name, blocks);
    FreeMemory.require(name, new ModelSize(0, memory.bytes()));
    return verified(memory, digest);
  }

  /**
   * A version in a zip archive, whose entries are stored or deflated, with the version's files at
   * the top or all in one folder. It is unpacked into native memory, which goes over to the model
   * that is loaded from it: the files can be loaded once.
   *
   * @param name of the version in messages
   * @param archive read up to its directory of entries; not closed
   * @param digest what the files must hash to, or null where any content is accepted
   * @return the files, owned by the caller, who closes them
   * @throws ModelException INCOMPLETE for an archive without a SavedModel, FETCH_FAILED for one
   *     that cannot be read, DIGEST_MISMATCH, UNLISTED_FILE, TOO_LARGE as soon as there is more in
   *     it than the memory at hand
   */
  public static ModelFiles ofZip(String name, InputStream archive, @Nullable String digest)
      throws ModelException {
    return ofZip(name, archive, digest, FreeMemory.bytes());
  }

  static ModelFiles ofZip(String name, InputStream archive, @Nullable String digest, long freeBytes)
      throws ModelException {
    try (StagedFiles staged = new StagedFiles()) {
      unpack(name, archive, staged, freeBytes);
      staged.enter(folder(name, staged.paths()));
      ModelMemory memory = staged.take(name);
      return verified(memory, digest);
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelException(
          ModelReason.FETCH_FAILED, "cannot unpack " + name + ": " + e.getMessage(), e);
    }
  }

  private static void unpack(String name, InputStream archive, StagedFiles staged, long freeBytes)
      throws IOException, ModelException {
    // Its close is not called: it would close the archive, which is the caller's.
    ZipInputStream zip = new ZipInputStream(archive);
    byte[] buffer = new byte[BUFFER_BYTES];
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (entry.isDirectory()) {
        continue;
      }
      if (staged.paths().contains(entry.getName()) || staged.paths().size() == MOST_FILES) {
        throw new IOException(
            "entry '" + entry.getName() + "' is there twice, or one of more than " + MOST_FILES);
      }
      try (OutputStream out = staged.create(entry.getName(), entry.getSize())) {
        for (int n = zip.read(buffer); n >= 0; n = zip.read(buffer)) {
          FreeMemory.require(name, new ModelSize(0, staged.bytes() + n), freeBytes);
          out.write(buffer, 0, n);
        }
      }
    }
  }

  /** The folder of the version within an archive, empty or with '/' at its end. */
  private static String folder(String name, Iterable<String> paths) throws ModelException {
    String folder = null;
    for (String path : paths) {
      String file = path.substring(path.lastIndexOf('/') + 1);
      String parent = path.substring(0, path.length() - file.length());
      if (GRAPHS.contains(file) && (folder == null || parent.length() < folder.length())) {
        folder = parent;
      }
    }
    if (folder == null) {
      throw new ModelException(
          ModelReason.INCOMPLETE, name + " has no saved_model.pb or saved_model.pbtxt in it");
    }
    for (String path : paths) {
      if (!path.startsWith(folder)) {
        throw new ModelException(
            ModelReason.UNLISTED_FILE,
            name + " holds '" + path + "': expected files in its folder '" + folder + "' alone");
      }
    }
    return folder;
  }

  private static ModelFiles verified(ModelMemory memory, @Nullable String digest)
      throws ModelException {
    boolean accepted = false;
    try {
      List<Manifest.File> files = new ArrayList<>();
      for (String path : memory.paths()) {
        if (!Manifest.isPackaging(path)) {
          files.add(new Manifest.File(path, memory.size(path), sha256(memory.open(path))));
        }
      }
      requireManifest(memory, files);
      String actual = ModelDigest.of(files);
      FileSystemModelStore.checkDigest(memory.name(), digest, actual);
      accepted = true;
      return new ModelFiles(memory, actual);
    } catch (IOException e) {
      throw new IllegalStateException("memory of this process cannot be read", e);
    } finally {
      if (!accepted) {
        memory.close();
      }
    }
  }

  private static String sha256(InputStream content) throws IOException {
    MessageDigest sha256 = ModelDigest.sha256();
    try (InputStream in = new DigestInputStream(content, sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static void requireManifest(ModelMemory memory, List<Manifest.File> files)
      throws ModelException, IOException {
    if (!memory.contains(Manifest.FILE_NAME)) {
      return;
    }
    ManifestCheck manifest;
    try (InputStream in = memory.open(Manifest.FILE_NAME)) {
      manifest = ManifestCheck.of(memory.name(), in);
    }
    List<ModelDirectory.File> listing = new ArrayList<>();
    for (Manifest.File file : files) {
      // Nothing opens it there, or asks how old it is.
      listing.add(new ModelDirectory.File(file.path(), file.size(), 0, new Path(file.path())));
    }
    manifest.requireListing(listing);
    for (Manifest.File file : files) {
      manifest.requireContent(file.path(), file.size(), HexFormat.of().parseHex(file.sha256()));
    }
  }
}
