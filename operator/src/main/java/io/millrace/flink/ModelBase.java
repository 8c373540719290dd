package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.net.URI;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds the versions of one model, each in {@code <base>/<integer>/}.
 *
 * <pre>{@code
 * ModelBase base = ModelBase.of(ModelLocation.parse("hdfs:///models/fraud"), roots);
 * ModelBase.Located newest = base.latest();
 * ModelFiles files = store.fetch(newest.uri(), null);
 * }</pre>
 */
public final class ModelBase {
  private static final String EXPECTED = "a directory with versions in directories named 1, 2, ...";

  /** Digits that fit into a long. */
  private static final Pattern VERSION = Pattern.compile("[0-9]{1,18}");

  /** A version and its directory. */
  public record Located(long version, URI uri) {}

  private final ModelLocation location;

  private ModelBase(ModelLocation location) {
    this.location = location;
  }

  /**
   * @param roots locations below which models may lie; the base is one of them or below one
   * @throws ModelException OUTSIDE_ROOTS
   */
  public static ModelBase of(URI base, List<String> roots) throws ModelException {
    return new ModelBase(ModelRoots.of(roots).check(base));
  }

  /**
   * An exact location, whose last segment is the version unless one is given. Does no I/O.
   *
   * @throws IllegalArgumentException if there is no version in either place
   */
  public static Located exact(URI uri, @Nullable Long version) {
    ModelLocation location = ModelLocation.of(uri);
    OptionalLong inName = version(location.name());
    if (version == null && inName.isEmpty()) {
      throw new IllegalArgumentException(
          "location "
              + location
              + ": its last segment is not a version; expected an integer there, or a version beside it");
    }
    return new Located(version != null ? version : inName.getAsLong(), uri);
  }

  /**
   * All versions, ascending; other files and directories are ignored.
   *
   * @throws ModelException NOT_FOUND without the base or a version in it, CONFLICT for two
   *     directories of one version, FETCH_FAILED
   */
  public List<Located> versions() throws ModelException, InterruptedException {
    List<FileStatus> children = ModelDirectory.open(location, EXPECTED).children();
    SortedMap<Long, String> names = new TreeMap<>();
    for (FileStatus child : children) {
      String name = child.getPath().getName();
      OptionalLong version = child.isDir() ? version(name) : OptionalLong.empty();
      if (version.isPresent()) {
        String other = names.put(version.getAsLong(), name);
        if (other != null) {
          throw new ModelException(
              ModelReason.CONFLICT,
              location + ": '" + other + "' and '" + name + "' are the same version; remove one");
        }
      }
    }
    if (names.isEmpty()) {
      throw new ModelException(
          ModelReason.NOT_FOUND,
          location + " has no version among " + children.size() + " entries: expected " + EXPECTED);
    }
    return names.entrySet().stream()
        .map(entry -> new Located(entry.getKey(), location.child(entry.getValue()).toUri()))
        .toList();
  }

  /** The highest version; see {@link #versions} for what may go wrong. */
  public Located latest() throws ModelException, InterruptedException {
    List<Located> versions = versions();
    return versions.get(versions.size() - 1);
  }

  /**
   * @throws ModelException as {@link #versions}, and NOT_FOUND with the versions that there are
   */
  public Located version(long version) throws ModelException, InterruptedException {
    List<Located> versions = versions();
    for (Located located : versions) {
      if (located.version() == version) {
        return located;
      }
    }
    List<Long> there = versions.stream().map(Located::version).toList();
    throw new ModelException(
        ModelReason.NOT_FOUND, location + " has no version " + version + ": found " + there);
  }

  private static OptionalLong version(String name) {
    return VERSION.matcher(name).matches()
        ? OptionalLong.of(Long.parseLong(name))
        : OptionalLong.empty();
  }
}
