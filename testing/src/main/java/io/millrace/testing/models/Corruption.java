package io.millrace.testing.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/** Changes to a model's files, each of which leaves the manifest alone and says what it did. */
public final class Corruption {
  private static final String GRAPH = "saved_model.pb";

  private Corruption() {}

  /** A change of one file: of some of its bytes, its length, its name, or that it is there. */
  public static String ofFile(Path model, Random random) throws IOException {
    List<Path> files =
        files(model).stream().filter(path -> !path.endsWith("manifest.json")).toList();
    Path file = files.get(random.nextInt(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    int place = random.nextInt(bytes.length);
    int kind = random.nextInt(8);
    switch (kind) {
      case 0 -> bytes[place] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[place] += (byte) (1 + random.nextInt(255));
      case 2 -> bytes = Arrays.copyOf(bytes, place);
      case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(100));
      case 4 -> {
        int end = Math.min(bytes.length, place + 1 + random.nextInt(64));
        for (int i = place; i < end; i++) {
          bytes[i] ^= (byte) (1 + random.nextInt(255));
        }
      }
      case 5 -> Files.delete(file);
      case 6 -> Files.copy(file, file.resolveSibling(file.getFileName() + "-" + place));
      case 7 -> Files.move(file, file.resolveSibling(file.getFileName() + "-" + place));
      default -> throw new IllegalStateException("kind " + kind);
    }
    if (kind < 5) {
      Files.write(file, bytes);
    }
    return "kind " + kind + " of " + file + " at " + place;
  }

  /** A change after which the graph can be read, and is another one. */
  public static String ofGraph(Path model, Random random) throws IOException {
    Path file = model.resolve(GRAPH);
    SavedModel.Builder changed = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    GraphDef.Builder graph = changed.getMetaGraphsBuilder(0).getGraphDefBuilder();
    List<NodeDef.Builder> nodes = nodes(graph);
    int index = random.nextInt(nodes.size());
    NodeDef.Builder node = nodes.get(index);
    NodeDef other = nodes.get(random.nextInt(nodes.size())).build();
    int kind = random.nextInt(7);
    switch (kind) {
      case 0 -> node.setOp(other.getOp());
      case 1 -> node.clearInput().addAllInput(other.getInputList());
      case 2 -> {
        if (node.getInputCount() > 0) {
          int input = random.nextInt(node.getInputCount());
          List<String> rest = node.getInputList();
          node.clearInput().addAllInput(rest.subList(0, input));
          node.addAllInput(rest.subList(input + 1, rest.size()));
        }
      }
      case 3 -> node.addInput(other.getName());
      case 4 -> node.clearAttr().putAllAttr(other.getAttrMap());
      case 5 -> {
        AttrValue type =
            AttrValue.newBuilder().setType(DataType.forNumber(1 + random.nextInt(23))).build();
        List.copyOf(node.getAttrMap().keySet()).forEach(key -> node.putAttr(key, type));
      }
      case 6 -> remove(graph, index);
      default -> throw new IllegalStateException("kind " + kind);
    }
    Files.write(file, changed.build().toByteArray());
    return "kind " + kind + " of node '" + node.getName() + "' with '" + other.getName() + "'";
  }

  /** Of the graph and of its functions' bodies. */
  private static List<NodeDef.Builder> nodes(GraphDef.Builder graph) {
    List<NodeDef.Builder> nodes = new ArrayList<>(graph.getNodeBuilderList());
    graph
        .getLibraryBuilder()
        .getFunctionBuilderList()
        .forEach(function -> nodes.addAll(function.getNodeDefBuilderList()));
    return nodes;
  }

  /** Removes a node by its place among {@link #nodes}. */
  private static void remove(GraphDef.Builder graph, int index) {
    if (index < graph.getNodeCount()) {
      graph.removeNode(index);
      return;
    }
    int before = graph.getNodeCount();
    for (FunctionDef.Builder function : graph.getLibraryBuilder().getFunctionBuilderList()) {
      if (index < before + function.getNodeDefCount()) {
        function.removeNodeDef(index - before);
        return;
      }
      before += function.getNodeDefCount();
    }
  }

  /** Makes the one folder hold what the other does. */
  public static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      for (Path path : files(to)) {
        Files.delete(path);
      }
    }
    for (Path path : files(from)) {
      Path target = to.resolve(from.relativize(path));
      Files.createDirectories(target.getParent());
      Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
