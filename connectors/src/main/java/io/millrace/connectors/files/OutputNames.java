package io.millrace.connectors.files;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.Path;

/**
 * What the files of the output are called: as the file that they come of, with the number of the
 * split, so that the same input gives the same names whoever reads which split when.
 */
final class OutputNames implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Begins with an underscore: whoever reads the folder as data passes it over, as Flink does. */
  static final String DEAD_LETTERS = "_dead-letters/";

  private static final String SUFFIX = ".jsonl";

  private final ArrayList<String> roots = new ArrayList<>();

  OutputNames(List<Path> inputs) {
    inputs.forEach(input -> roots.add(input.toUri().getPath()));
  }

  /** The name of the split's predictions, below the output's folder. */
  String predictions(String path, int split) {
    return relative(new Path(path).toUri().getPath()) + "." + split + SUFFIX;
  }

  /** The name of the split's dead letters. */
  String deadLetters(String path, int split) {
    return DEAD_LETTERS + predictions(path, split);
  }

  private String relative(String path) {
    for (int i = 0; i < roots.size(); i++) {
      String root = roots.get(i);
      if (path.equals(root)) {
        return numbered(i, path.substring(path.lastIndexOf('/') + 1));
      }
      String folder = root.endsWith("/") ? root : root + "/";
      if (path.startsWith(folder)) {
        return numbered(i, path.substring(folder.length()));
      }
    }
    throw new IllegalArgumentException(path + " is below none of " + roots);
  }

  // Files of one name below two inputs must not share one below the output.
  private String numbered(int root, String name) {
    return roots.size() == 1 ? name : root + "/" + name;
  }
}
