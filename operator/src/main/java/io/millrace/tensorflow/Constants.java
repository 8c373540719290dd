package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Adds up what the constants of a graph take once TensorFlow makes tensors of them. One value may
 * stand for a whole tensor (how a tensor proto is filled: {@code Tensor::FromProto} in TensorFlow's
 * sources), so a few bytes of a file can ask for any amount of memory.
 */
final class Constants {
  /** What constants may take beyond the bytes that they bring along, all together. */
  static final long MOST_FILLED_BYTES = 256L << 20;

  // TensorShape::MaxDimensions.
  private static final int MOST_DIMENSIONS = 254;
  private static final int UNKNOWN = -1;

  private final String file;
  private long filledBytes;
  private long broughtBytes;

  Constants(String file) {
    this.file = file;
  }

  /**
   * Takes the tensors among a node's attributes, and among those that they give functions: a
   * function's body may have a constant of any of them.
   *
   * @param where what the node belongs to, to be read behind its name
   * @throws ModelException LOAD_FAILED for a shape that none is, a payload of another size or a
   *     handle, TOO_LARGE for values that stand for too many
   */
  void add(NodeDef node, String where) throws ModelException {
    for (TensorProto tensor : tensors(node)) {
      add(tensor, node, where);
    }
  }

  /** What they bring along in the file, all together. */
  long broughtBytes() {
    return broughtBytes;
  }

  /** What the tensors of a node take, which {@link #add} has not refused: each of them once. */
  static long bytes(NodeDef node) {
    return tensors(node).stream().mapToLong(Constants::bytes).sum();
  }

  private static List<TensorProto> tensors(NodeDef node) {
    List<TensorProto> tensors = new ArrayList<>();
    collect(node.getAttrMap(), tensors);
    return tensors;
  }

  // By recursion: protobuf does not read messages that are nested deeply.
  private static void collect(Map<String, AttrValue> attributes, List<TensorProto> tensors) {
    for (AttrValue value : attributes.values()) {
      if (value.hasTensor()) {
        tensors.add(value.getTensor());
      }
      collect(value.getFunc().getAttrMap(), tensors);
      tensors.addAll(value.getList().getTensorList());
      for (NameAttrList function : value.getList().getFuncList()) {
        collect(function.getAttrMap(), tensors);
      }
    }
  }

  private void add(TensorProto tensor, NodeDef node, String where) throws ModelException {
    String what = "'" + node.getName() + "'" + where + " (" + node.getOp() + ")";
    checkTensor(tensor, what);
    broughtBytes += tensor.getSerializedSize();
    long filled = Math.max(0, bytes(tensor) - tensor.getSerializedSize());
    filledBytes = filledBytes > Long.MAX_VALUE - filled ? Long.MAX_VALUE : filledBytes + filled;
    if (filledBytes > MOST_FILLED_BYTES) {
      throw refused(
          ModelReason.TOO_LARGE,
          what,
          "the shape %s and a payload of %d bytes: constants may take %d MiB more than they bring along"
              .formatted(
                  shape(tensor.getTensorShape()),
                  tensor.getSerializedSize(),
                  MOST_FILLED_BYTES >> 20));
    }
  }

  private void checkTensor(TensorProto tensor, String what) throws ModelException {
    long elements = elements(tensor.getTensorShape());
    if (elements == UNKNOWN || elements > Long.MAX_VALUE / ElementBytes.STRING) {
      throw refused(
          ModelReason.LOAD_FAILED,
          what,
          "a shape that no tensor has: " + shape(tensor.getTensorShape()));
    }
    if (tensor.getDtype() == DataType.DT_RESOURCE || tensor.getDtype() == DataType.DT_VARIANT) {
      // It names a variable, a table or a file beside what the graph's own nodes do.
      throw refused(
          ModelReason.LOAD_FAILED,
          what,
          "a value of " + tensor.getDtype() + ": expected one of a type that files can hold");
    }
    int width = width(tensor);
    int payload = tensor.getTensorContent().size();
    if (width != UNKNOWN && payload != 0 && payload != elements * width) {
      throw refused(
          ModelReason.LOAD_FAILED,
          what,
          "%d bytes for the shape %s of %s, expected %d"
              .formatted(
                  payload, shape(tensor.getTensorShape()), tensor.getDtype(), elements * width));
    }
  }

  private ModelException refused(ModelReason reason, String what, String has) {
    return new ModelException(reason, file + ": the constant of node " + what + " has " + has);
  }

  private static long bytes(TensorProto tensor) {
    int width = width(tensor);
    return elements(tensor.getTensorShape()) * (width == UNKNOWN ? ElementBytes.STRING : width);
  }

  /** The product of the dimensions, or UNKNOWN where they are no shape of a tensor. */
  private static long elements(TensorShapeProto shape) {
    if (shape.getUnknownRank() || shape.getDimCount() > MOST_DIMENSIONS) {
      return UNKNOWN;
    }
    long elements = 1;
    for (TensorShapeProto.Dim dimension : shape.getDimList()) {
      long size = dimension.getSize();
      if (size < 0 || (size > 0 && elements > Long.MAX_VALUE / size)) {
        return UNKNOWN;
      }
      elements *= size;
    }
    return elements;
  }

  private static String shape(TensorShapeProto shape) {
    if (shape.getUnknownRank()) {
      return "of unknown rank";
    }
    return shape.getDimCount() > MOST_DIMENSIONS
        ? "of " + shape.getDimCount() + " dimensions"
        : shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList().toString();
  }

  /** Bytes of an element, or UNKNOWN where the payload is not plain or the type not known. */
  private static int width(TensorProto tensor) {
    try {
      int width = ElementType.ofNumber(tensor.getDtypeValue()).byteSize();
      return width == 0 ? UNKNOWN : width;
    } catch (IllegalArgumentException e) {
      return UNKNOWN;
    }
  }
}
