package io.millrace.tensorflow;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Reads {@code saved_model.pb} or {@code .pbtxt} and chooses a meta graph; all on the JVM. */
final class SavedModelFile {
  static final String BINARY = "saved_model.pb";
  private static final String TEXT = "saved_model.pbtxt";
  private static final String CHUNKED = "saved_model.cpb";
  private static final String SERVE = "serve";
  private static final String NEITHER = " holds neither " + BINARY + " nor " + TEXT;

  private SavedModelFile() {}

  /**
   * Reads the file.
   *
   * @throws ModelException NOT_FOUND if there is none, LOAD_FAILED if it is not a SavedModel,
   *     TOO_LARGE if the heap might not hold it
   */
  static SavedModel read(ModelContent content) throws ModelException {
    String path = locate(content);
    String file = content.name(path);
    try {
      FileLimits.verify(content, path, path.equals(BINARY));
      SavedModel model =
          path.equals(BINARY) ? readBinary(content.open(path)) : readText(content.open(path));
      if (model.getMetaGraphsCount() == 0) {
        throw new ModelException(
            ModelReason.LOAD_FAILED,
            file + " holds no meta graph: it is no SavedModel, or an empty one; export it again");
      }
      return model;
    } catch (InvalidProtocolBufferException | TextFormat.ParseException e) {
      throw new ModelException(
          ModelReason.LOAD_FAILED,
          file + " is not a SavedModel: " + e.getMessage() + "; it may be cut off or corrupt",
          e);
    } catch (IOException e) {
      throw new ModelException(ModelReason.LOAD_FAILED, "cannot read " + file + ": " + e, e);
    }
  }

  /**
   * The path of the file, the binary one's where there are both.
   *
   * @throws ModelException NOT_FOUND if there is none, LOAD_FAILED if one is chunked
   */
  static String locate(ModelContent content) throws ModelException {
    if (content.contains(CHUNKED)) {
      // Which of the two TensorFlow would load is no question to leave open.
      throw new ModelException(
          ModelReason.LOAD_FAILED,
          content.name()
              + " holds "
              + CHUNKED
              + ", a form that is not read: export it as "
              + BINARY);
    }
    for (String path : List.of(BINARY, TEXT)) {
      if (content.contains(path)) {
        return path;
      }
    }
    throw new ModelException(
        ModelReason.NOT_FOUND,
        content instanceof ModelContent.Folder folder
            ? whyAbsent(folder.directory())
            : content.name() + NEITHER);
  }

  private static SavedModel readBinary(InputStream file) throws IOException {
    try (InputStream in = new BufferedInputStream(file)) {
      CodedInputStream coded = CodedInputStream.newInstance(in);
      coded.setSizeLimit(Integer.MAX_VALUE);
      return SavedModel.parseFrom(coded);
    }
  }

  private static SavedModel readText(InputStream file) throws IOException {
    SavedModel.Builder model = SavedModel.newBuilder();
    try (Reader reader = TextLimits.reader(file)) {
      TextFormat.Parser.newBuilder().setAllowUnknownFields(true).build().merge(reader, model);
    }
    return model.build();
  }

  private static String whyAbsent(Path directory) {
    if (!Files.isDirectory(directory)) {
      return directory + " is not a directory: expected one that holds " + BINARY;
    }
    if (Files.exists(directory.resolve("export.meta"))) {
      return directory
          + " holds export.meta, a session bundle as TensorFlow wrote it before 1.0, and no "
          + BINARY
          + ": export the model as a SavedModel";
    }
    String message = directory + NEITHER;
    List<String> versions = versions(directory);
    return versions.isEmpty()
        ? message + ": expected the directory of one version"
        : message + ": it is a base directory; name one of its versions " + versions;
  }

  private static List<String> versions(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.matches("[0-9]+"))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * The meta graph of these tags.
   *
   * @param tags the whole tag set, in any order; null chooses {@code serve} if present, else the
   *     only one
   * @throws ModelException SIGNATURE_MISMATCH listing the tag sets if none fits
   */
  static MetaGraphDef choose(SavedModel model, @Nullable List<String> tags) throws ModelException {
    List<MetaGraphDef> graphs = model.getMetaGraphsList();
    return graphs.get(choose(graphs.stream().map(SavedModelFile::tags).toList(), tags));
  }

  /** The index of the tag set that is meant; the rule and the exception of the other choose. */
  static int choose(List<List<String>> tagSets, @Nullable List<String> tags) throws ModelException {
    Set<String> wanted = new HashSet<>(tags == null ? List.of(SERVE) : tags);
    for (int i = 0; i < tagSets.size(); i++) {
      if (wanted.equals(Set.copyOf(tagSets.get(i)))) {
        return i;
      }
    }
    if (tags == null && tagSets.size() == 1) {
      return 0;
    }
    throw new ModelException(
        ModelReason.SIGNATURE_MISMATCH,
        (tags == null ? "the model has no tag set [serve]" : "unknown tag set " + tags)
            + ": expected one of "
            + tagSets
            + " (--tags, model.saved-model-tags)");
  }

  static List<String> tags(MetaGraphDef graph) {
    return List.copyOf(graph.getMetaInfoDef().getTagsList());
  }
}
