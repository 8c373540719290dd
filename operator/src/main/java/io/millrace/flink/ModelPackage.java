package io.millrace.flink;

import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelVersion;
import io.millrace.tensorflow.SavedModelInfo;
import io.millrace.tensorflow.SavedModelReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.fs.FileSystem;
import org.jspecify.annotations.Nullable;

/**
 * A version on any file system that Flink writes to, and the manifest that makes a package of it.
 *
 * <pre>{@code
 * URI location = ModelLocation.parse("hdfs:///models/fraud/7");
 * try (ModelFiles files = store.fetch(location, null)) {
 *   ModelPackage.at(location).write(ModelPackage.describe("fraud", 7, files.directory(), null));
 * }
 * assert ModelPackage.at(location).verify().findings().isEmpty();
 * }</pre>
 *
 * <p>Thread-safe. Outside a Flink cluster, call {@code FileSystem.initialize} first for remote file
 * systems.
 */
public final class ModelPackage {
  private static final String EXPECTED = "the directory of one version";

  private final ModelLocation location;

  private ModelPackage(ModelLocation location) {
    this.location = location;
  }

  /**
   * @param version the directory of one version
   * @throws IllegalArgumentException if that is no place for a model
   */
  public static ModelPackage at(URI version) {
    return new ModelPackage(ModelLocation.of(version));
  }

  /**
   * What the manifest of these files has to say.
   *
   * @param directory a local copy of the version
   * @param tags the tag set of the graph whose signatures are listed; null for {@code serve} if
   *     present, else the only graph
   * @throws ModelException if that is no SavedModel
   * @throws IllegalArgumentException for a name or a version that cannot be
   */
  public static Manifest describe(
      String model, long version, Path directory, @Nullable List<String> tags)
      throws ModelException, IOException {
    SavedModelInfo.Graph graph = SavedModelReader.read(directory).graph(tags);
    List<Manifest.File> files =
        new VersionFolder(directory).hashed().stream().map(VersionFolder.Hashed::listed).toList();
    return new Manifest(
        new ModelVersion(model, version, ModelDigest.of(files)),
        files,
        graph.tensorFlowVersion(),
        graph.signatures().stream().map(SavedModelInfo.Callable::signature).toList());
  }

  /**
   * Writes the manifest beside the files: all of it at once, or nothing.
   *
   * @throws IOException if there is one already, or it cannot be written
   */
  public void write(Manifest manifest) throws IOException {
    var target = location.child(Manifest.FILE_NAME).toFlinkPath();
    FileSystem fileSystem = target.getFileSystem();
    if (fileSystem.exists(target)) {
      throw new IOException(target + " is there already: remove it to package the files anew");
    }
    // Half a manifest would pass for a version that is still to come.
    PartFile part = new PartFile(fileSystem, location.child(Manifest.PART_FILE_NAME).toFlinkPath());
    try {
      part.write(ManifestJson.write(manifest), FileSystem.WriteMode.OVERWRITE);
      part.moveTo(target);
    } catch (IOException e) {
      throw part.without(e);
    }
  }

  /**
   * The manifest, if there is one; whether the files are as it says is not looked at.
   *
   * @throws ModelException NOT_FOUND, FETCH_FAILED, INCOMPLETE or DIGEST_MISMATCH for one that is
   *     malformed
   */
  public Optional<Manifest> manifest() throws ModelException, InterruptedException {
    ModelDirectory directory = ModelDirectory.open(location, EXPECTED);
    return Optional.ofNullable(ManifestCheck.of(location, directory, directory.files()))
        .map(ManifestCheck::manifest);
  }

  /**
   * What the files are, against what they should be.
   *
   * @param findings what is wrong, a line for each file; empty if nothing is
   */
  public record Verification(Manifest manifest, List<String> findings) {
    public Verification {
      findings = List.copyOf(findings);
    }
  }

  /**
   * Reads every file and compares it with the manifest.
   *
   * @throws ModelException NOT_FOUND, FETCH_FAILED, INCOMPLETE without a manifest or for one that
   *     is malformed, DIGEST_MISMATCH for one that contradicts itself
   */
  public Verification verify() throws ModelException, InterruptedException {
    ModelDirectory directory = ModelDirectory.open(location, EXPECTED);
    List<ModelDirectory.File> files = directory.files();
    ManifestCheck check = ManifestCheck.of(location, directory, files);
    if (check == null) {
      throw new ModelException(
          ModelReason.INCOMPLETE,
          location
              + " has no "
              + Manifest.FILE_NAME
              + ": expected one, which 'millrace model package' writes");
    }
    List<ManifestCheck.Finding> findings = new ArrayList<>(check.inListing(files));
    for (ModelDirectory.File file : check.whole(files)) {
      MessageDigest sha256 = ModelDigest.sha256();
      try {
        long size = hash(directory.read(file), sha256);
        findings.addAll(check.inContent(file.path(), size, sha256.digest()));
      } catch (IOException e) {
        throw ModelDirectory.failure(location, e);
      }
    }
    return new Verification(
        check.manifest(), findings.stream().map(ManifestCheck.Finding::message).toList());
  }

  private static long hash(InputStream content, MessageDigest sha256) throws IOException {
    try (InputStream in = new DigestInputStream(content, sha256)) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
