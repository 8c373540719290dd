package io.millrace.flink;

import io.millrace.flink.InferenceOptions.Integrity;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelSize;
import io.millrace.model.ModelStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * Fetches models from any path that Flink reads, such as {@code hdfs:///models/fraud/7}, {@code
 * s3://bucket/fraud/7} or a local directory, into a private folder that is deleted with the {@link
 * ModelFiles}, or into memory. Nothing outside the roots is ever read. Of a version with a
 * manifest, exactly the files that it lists are fetched, each held against it while it is copied.
 *
 * <pre>{@code
 * ModelStore store = FileSystemModelStore.of(List.of("hdfs:///models/"));
 * try (ModelFiles files = store.fetch(URI.create("hdfs:///models/fraud/7"), null)) {
 *   model = engine.load(files, LoadOptions.DEFAULT);
 * }
 * }</pre>
 *
 * <p>Thread-safe. Outside a Flink cluster, call {@code FileSystem.initialize} first for remote file
 * systems.
 */
public final class FileSystemModelStore implements ModelStore {
  private static final String EXPECTED = "the directory of one version, with saved_model.pb in it";
  private static final int NAMES_SHOWN = 5;

  private final ModelRoots roots;
  private final Path parent;
  private final SizeLimit limit;
  private final Integrity integrity;
  private final Staging staging;
  private final @Nullable UploadCheck uploads;

  private FileSystemModelStore(
      ModelRoots roots,
      Path parent,
      SizeLimit limit,
      Integrity integrity,
      Staging staging,
      @Nullable UploadCheck uploads) {
    this.roots = roots;
    this.parent = parent;
    this.limit = limit;
    this.integrity = integrity;
    this.staging = staging;
    this.uploads = uploads;
  }

  /**
   * A store whose copies lie below the system's folder for temporary files.
   *
   * @param roots locations below which models may lie; at least one
   * @throws IllegalArgumentException if there is no root or one is not a location
   */
  public static FileSystemModelStore of(List<String> roots) {
    String folder = "millrace-models-" + System.getProperty("user.name");
    return of(roots, Path.of(System.getProperty("java.io.tmpdir"), folder));
  }

  /**
   * @param parent the folder for the copies, created with mode 0700 where it does not exist;
   *     several processes may share it
   */
  public static FileSystemModelStore of(List<String> roots, Path parent) {
    return new FileSystemModelStore(
        ModelRoots.of(roots),
        parent.toAbsolutePath(),
        SizeLimit.NONE,
        Integrity.IF_PRESENT,
        Staging.DISK,
        null);
  }

  /**
   * Refuses options that a job's store cannot be made of, as it does when it starts.
   *
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  public static void check(ReadableConfig config) {
    FetchSettings.of(config);
  }

  /** The same store, which refuses a version that is too large before it reads its files. */
  FileSystemModelStore limitedBy(SizeLimit sizeLimit) {
    return new FileSystemModelStore(roots, parent, sizeLimit, integrity, staging, uploads);
  }

  /**
   * The same store, which demands a manifest, or checks versions against theirs if they have one.
   */
  public FileSystemModelStore with(Integrity demanded) {
    return new FileSystemModelStore(roots, parent, limit, demanded, staging, uploads);
  }

  /** The same store, which fetches to a folder, or to memory, never touching a local disk. */
  public FileSystemModelStore with(Staging place) {
    return new FileSystemModelStore(roots, parent, limit, integrity, place, uploads);
  }

  /**
   * The same store, which fetches each version once for this machine and keeps it, on the disk to
   * stay; {@link #with} must have been called before. Only for versions that go to a folder.
   *
   * @param folder of the cache, on the same file system as the copies if versions are not to be
   *     copied from it; created with mode 0700 where it does not exist
   * @param budgetBytes what all versions may take that nothing holds
   */
  public ModelStore cachedIn(Path folder, long budgetBytes) {
    return new CachedModelStore(this, () -> ModelCache.open(folder, parent, budgetBytes, null));
  }

  /** The same store, which refuses a version without a manifest that is still being written. */
  FileSystemModelStore with(UploadCheck check) {
    return new FileSystemModelStore(roots, parent, limit, integrity, staging, check);
  }

  /**
   * The sizes of a version's files, of which none is read.
   *
   * @throws ModelException NOT_FOUND, OUTSIDE_ROOTS (before any I/O), FETCH_FAILED, INCOMPLETE
   */
  public ModelSize size(URI uri) throws ModelException, InterruptedException {
    ModelLocation location = roots.check(uri);
    List<ModelDirectory.File> files = ModelDirectory.open(location, EXPECTED).files();
    checkComplete(location, files);
    return size(files);
  }

  private static ModelSize size(List<ModelDirectory.File> files) {
    ModelSize size = ModelSize.NONE;
    for (ModelDirectory.File file : files) {
      size = size.plus(file.path(), file.size());
    }
    return size;
  }

  @Override
  public ModelFiles fetch(URI uri, @Nullable String digest)
      throws ModelException, InterruptedException {
    Listing listing = list(locate(uri), digest);
    settle(listing);
    return fetch(listing, false);
  }

  /**
   * The location, if models may lie there; does no I/O.
   *
   * @throws ModelException OUTSIDE_ROOTS
   */
  ModelLocation locate(URI uri) throws ModelException {
    return roots.check(uri);
  }

  /** Whether what is fetched lies on a local disk. */
  boolean usesDisk() {
    return staging == Staging.DISK;
  }

  /** Whether a version without a manifest is refused. */
  boolean requiresManifest() {
    return integrity == Integrity.REQUIRED;
  }

  /**
   * @throws ModelException TOO_LARGE
   */
  void checkSize(ModelLocation location, ModelSize size) throws ModelException {
    limit.check(location, size);
  }

  /**
   * What there is to fetch, checked as far as names and sizes go.
   *
   * @param digest what the files must hash to, or null
   */
  Listing list(ModelLocation location, @Nullable String digest)
      throws ModelException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before reading " + location);
    }
    ModelDirectory directory = ModelDirectory.open(location, EXPECTED);
    List<ModelDirectory.File> files = directory.files();
    checkComplete(location, files);
    ManifestCheck manifest = manifest(location, directory, files);
    if (manifest != null) {
      manifest.requireDigest(digest);
      files = manifest.requireListing(files);
    } else if (uploads != null) {
      uploads.requireVariables(location, files);
    }
    limit.check(location, size(files));
    return new Listing(location, directory, files, manifest, digest);
  }

  /**
   * Waits until a version of which nothing says that it is whole has not changed for a while.
   *
   * @throws ModelException INCOMPLETE if it does change
   */
  void settle(Listing listing) throws ModelException, InterruptedException {
    if (listing.digest() == null && uploads != null) {
      uploads.requireStable(listing);
    }
  }

  /**
   * Fetches what was listed; the caller owns the files.
   *
   * @param toStay whether files that go to a folder are on the disk then, also after a power
   *     failure
   */
  ModelFiles fetch(Listing listing, boolean toStay) throws ModelException, InterruptedException {
    ModelCopy copy = new ModelCopy(listing.directory(), listing.files(), listing.manifest());
    return staging == Staging.MEMORY ? toMemory(listing, copy) : toFolder(listing, copy, toStay);
  }

  private ModelFiles toFolder(Listing listing, ModelCopy copy, boolean toStay)
      throws ModelException, InterruptedException {
    ModelLocation location = listing.location();
    PrivateFolder folder = createFolder(location);
    boolean complete = false;
    try {
      String actual = copy.toFolder(folder.path(), toStay);
      checkDigest(location.toString(), listing.announced(), actual);
      complete = true;
      return new ModelFiles(folder.path(), actual, listing.bytes(), folder::close);
    } catch (IOException e) {
      throw ModelDirectory.failure(location, e);
    } finally {
      if (!complete) {
        folder.close();
      }
    }
  }

  private static ModelFiles toMemory(Listing listing, ModelCopy copy)
      throws ModelException, InterruptedException {
    String name = listing.location().toString();
    FreeMemory.require(name, size(listing.files()));
    try (StagedFiles memory = new StagedFiles()) {
      String actual = copy.toMemory(memory);
      checkDigest(name, listing.announced(), actual);
      return new ModelFiles(memory.take(name), actual);
    } catch (IOException e) {
      throw ModelDirectory.failure(listing.location(), e);
    }
  }

  private @Nullable ManifestCheck manifest(
      ModelLocation location, ModelDirectory directory, List<ModelDirectory.File> files)
      throws ModelException, InterruptedException {
    ManifestCheck manifest = ManifestCheck.of(location, directory, files);
    if (manifest == null && integrity == Integrity.REQUIRED) {
      throw new ModelException(
          ModelReason.INCOMPLETE,
          location
              + " has no "
              + Manifest.FILE_NAME
              + ", and "
              + InferenceOptions.INTEGRITY.key()
              + " is required: expected one, which 'millrace model package' writes");
    }
    return manifest;
  }

  private static void checkComplete(ModelLocation location, List<ModelDirectory.File> files)
      throws ModelException {
    List<String> paths = files.stream().map(ModelDirectory.File::path).toList();
    if (paths.isEmpty()) {
      throw new ModelException(
          ModelReason.NOT_FOUND, location + " has no files: expected " + EXPECTED);
    }
    if (!paths.contains("saved_model.pb") && !paths.contains("saved_model.pbtxt")) {
      List<String> shown = paths.subList(0, Math.min(NAMES_SHOWN, paths.size()));
      throw new ModelException(
          ModelReason.INCOMPLETE,
          location
              + " has no saved_model.pb or saved_model.pbtxt: found "
              + paths.size()
              + " files, first "
              + shown
              + "; expected "
              + EXPECTED);
    }
  }

  private PrivateFolder createFolder(ModelLocation location)
      throws ModelException, InterruptedException {
    try {
      return PrivateFolder.create(parent);
    } catch (IOException e) {
      throw ModelDirectory.failure(location, new LocalCopyException(parent, e));
    }
  }

  static void checkDigest(String name, @Nullable String expected, String actual)
      throws ModelException {
    if (expected != null && !expected.equals(actual)) {
      throw new ModelException(
          ModelReason.DIGEST_MISMATCH,
          name + ": expected " + expected + " as announced, got " + actual + " from its files");
    }
  }
}
