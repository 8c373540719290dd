package io.millrace.flink;

import io.millrace.flink.TimelineJson.Revision;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.serving.ModelTimeline;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The {@code timeline.json} beside the versions of a model, on any file system that Flink writes
 * to.
 *
 * <pre>{@code
 * TimelineFile file = TimelineFile.in(ModelLocation.parse("hdfs:///models/fraud"));
 * file.add("fraud", published);
 * Publish version = file.read("fraud").orElseThrow().at(timestamp);
 * }</pre>
 *
 * <p>It is replaced as a whole. Not every file system replaces a file by a rename, so the one that
 * was is set aside first, as {@code timeline.json.before}, and read where there is no other: who
 * reads meets the former revision or the new one, never a half or none, wherever a writer is cut
 * off. Of two writers at once, one may overwrite what the other added, so a writer looks again
 * until there is nothing to add. Thread-safe. Outside a Flink cluster, call {@code
 * FileSystem.initialize} first for remote file systems.
 */
public final class TimelineFile {
  /** Its name in the model's folder. */
  public static final String NAME = "timeline.json";

  /** What it was before the last write. */
  static final String BEFORE = NAME + ".before";

  /** It is read into memory as a whole; this is some 30,000 usual commands. */
  static final int MAX_BYTES = 8 << 20;

  /** A reader may look between the two renames of a writer, and again of the next one. */
  private static final int READS = 3;

  private final ModelLocation folder;

  private TimelineFile(ModelLocation folder) {
    this.folder = folder;
  }

  /**
   * @param base the folder that holds a folder for each version
   * @throws IllegalArgumentException if that is no place for a model
   */
  public static TimelineFile in(URI base) {
    return new TimelineFile(ModelLocation.of(base));
  }

  /** Where it is, free of credentials. */
  @Override
  public String toString() {
    return folder + "/" + NAME;
  }

  /**
   * The timeline, if there is one.
   *
   * @throws ModelException FETCH_FAILED; INCOMPLETE for a malformed one, TOO_LARGE, CONFLICT for
   *     that of another model or one that contradicts itself
   */
  public Optional<ModelTimeline> read(String model) throws ModelException, InterruptedException {
    return Optional.ofNullable(revision(model)).map(Revision::timeline);
  }

  /**
   * Adds what it does not have yet; writes nothing where it has all.
   *
   * @return whether anything was added
   * @throws ModelException as {@link #read} and {@link ModelTimeline#with}
   * @throws IOException if it cannot be written; the former revision is still there
   */
  public boolean add(String model, Collection<Publish> entries)
      throws ModelException, IOException, InterruptedException {
    Revision before = revision(model);
    ModelTimeline known = before == null ? ModelTimeline.empty(model) : before.timeline();
    ModelTimeline extended = known.withAll(entries);
    if (extended == known) {
      return false;
    }
    long number = before == null ? 1 : before.number() + 1;
    byte[] json = TimelineJson.write(new Revision(number, extended));
    if (json.length > MAX_BYTES) {
      throw tooLarge(NAME, json.length + " bytes");
    }
    replace(json);
    return true;
  }

  private @Nullable Revision revision(String model) throws ModelException, InterruptedException {
    for (int i = 0; i < READS; i++) {
      for (String name : new String[] {NAME, BEFORE}) {
        byte[] json = bytes(name);
        if (json != null) {
          return parse(model, name, json);
        }
      }
    }
    return null;
  }

  private Revision parse(String model, String name, byte[] json) throws ModelException {
    Revision revision;
    try {
      revision = TimelineJson.read(json);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          ModelReason.INCOMPLETE, "%s/%s: %s".formatted(folder, name, e.getMessage()), e);
    } catch (ModelException e) {
      throw new ModelException(e.reason(), "%s/%s: %s".formatted(folder, name, e.getMessage()), e);
    }
    if (!revision.timeline().model().equals(model)) {
      throw new ModelException(
          ModelReason.CONFLICT,
          "%s/%s is the timeline of '%s': expected that of '%s'"
              .formatted(folder, name, revision.timeline().model(), model));
    }
    return revision;
  }

  private byte @Nullable [] bytes(String name) throws ModelException, InterruptedException {
    Path path = folder.child(name).toFlinkPath();
    try (InputStream in = path.getFileSystem().open(path)) {
      byte[] json = in.readNBytes(MAX_BYTES + 1);
      if (json.length > MAX_BYTES) {
        throw tooLarge(name, "more");
      }
      return json;
    } catch (FileNotFoundException e) {
      return null;
    } catch (IOException e) {
      throw ModelDirectory.failure(folder.child(name), e);
    }
  }

  private ModelException tooLarge(String name, String actual) {
    return new ModelException(
        ModelReason.TOO_LARGE,
        "%s/%s: expected up to %d bytes, got %s".formatted(folder, name, MAX_BYTES, actual));
  }

  private void replace(byte[] json) throws IOException {
    Path target = folder.child(NAME).toFlinkPath();
    Path before = folder.child(BEFORE).toFlinkPath();
    FileSystem fileSystem = target.getFileSystem();
    PartFile part =
        new PartFile(fileSystem, folder.child(NAME + ".part-" + UUID.randomUUID()).toFlinkPath());
    try {
      part.write(json, FileSystem.WriteMode.NO_OVERWRITE);
      if (fileSystem.exists(target)) {
        fileSystem.delete(before, false);
        PartFile.rename(fileSystem, target, before);
      }
      part.moveTo(target);
    } catch (IOException e) {
      throw part.without(e);
    }
  }
}
