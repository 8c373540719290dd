package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The signatures of a meta graph. A sparse tensor {@code t} appears as the three tensors that it is
 * made of, {@code t/indices}, {@code t/values} and {@code t/dense_shape}; another composite tensor
 * as its components, {@code t/0}, {@code t/1} and so on.
 */
final class SignatureTable {
  private static final String DEFAULT_KEY = "serving_default";
  // TensorFlow keeps its initialisers among the signatures; nobody can call them.
  private static final String INTERNAL_PREFIX = "__saved_model_";
  // DT_FLOAT_REF is DT_FLOAT + 100, and so on: a reference variable is fetched as its value.
  private static final int REFERENCE_OFFSET = 100;

  private final TreeMap<String, SignatureDef> definitions = new TreeMap<>();

  SignatureTable(MetaGraphDef metaGraph) {
    metaGraph
        .getSignatureDefMap()
        .forEach(
            (key, definition) -> {
              if (!key.startsWith(INTERNAL_PREFIX)) {
                definitions.put(key, definition);
              }
            });
  }

  /** The keys, sorted. */
  List<String> keys() {
    return List.copyOf(definitions.keySet());
  }

  /**
   * A signature.
   *
   * @param key which, or null for {@code serving_default} if present, else the only one
   * @throws ModelException SIGNATURE_MISMATCH if there is no such signature, or one of its tensors
   *     cannot be fed or fetched
   */
  BoundSignature get(@Nullable String key) throws ModelException {
    String chosen = choose(key, keys());
    SignatureDef definition = Objects.requireNonNull(definitions.get(chosen));
    Map<String, Endpoint> inputs = endpoints(chosen, definition.getInputsMap());
    Map<String, Endpoint> outputs = endpoints(chosen, definition.getOutputsMap());
    if (outputs.isEmpty()) {
      throw mismatch("signature '" + chosen + "' has no outputs: choose one of " + keys());
    }
    return new BoundSignature(
        new Signature(chosen, specs(inputs), specs(outputs)), tensors(inputs), tensors(outputs));
  }

  /**
   * Which signature is meant.
   *
   * @param key what was asked for, or null for {@code serving_default} if present, else the only
   *     one
   * @param keys of those that are there, sorted
   * @throws ModelException SIGNATURE_MISMATCH listing them if it is none of them
   */
  static String choose(@Nullable String key, List<String> keys) throws ModelException {
    if (key == null) {
      return defaultKey(keys);
    }
    if (!keys.contains(key)) {
      throw mismatch("unknown signature '" + key + "': expected one of " + keys);
    }
    return key;
  }

  private static String defaultKey(List<String> keys) throws ModelException {
    if (keys.contains(DEFAULT_KEY)) {
      return DEFAULT_KEY;
    }
    if (keys.size() == 1) {
      return keys.get(0);
    }
    throw mismatch(
        keys.isEmpty()
            ? "the model has no signatures: export it with at least one"
            : "no signature was named and there is no '"
                + DEFAULT_KEY
                + "': name one of "
                + keys
                + " (model.signature-key, --signature)");
  }

  /** A name of the signature and the tensor behind it. */
  private record Endpoint(TensorSpec spec, String tensor) {}

  // A TreeMap, so that specs and tensors come in the order that Signature gives to its names.
  private static TreeMap<String, Endpoint> endpoints(String key, Map<String, TensorInfo> infos)
      throws ModelException {
    TreeMap<String, Endpoint> endpoints = new TreeMap<>();
    for (Map.Entry<String, TensorInfo> entry : infos.entrySet()) {
      for (Endpoint endpoint : endpoints(key, entry.getKey(), entry.getValue())) {
        endpoints.put(endpoint.spec().name(), endpoint);
      }
    }
    return endpoints;
  }

  private static List<Endpoint> endpoints(String key, String name, TensorInfo info)
      throws ModelException {
    return switch (info.getEncodingCase()) {
      case COO_SPARSE -> {
        TensorInfo.CooSparse sparse = info.getCooSparse();
        Shape shape = shape(info);
        long rank = shape.hasRank() ? shape.rank() : Shape.UNKNOWN;
        ElementType type = type(key, name, info.getDtypeValue());
        yield List.of(
            endpoint(
                name + "/dense_shape",
                ElementType.INT64,
                Shape.of(rank),
                sparse.getDenseShapeTensorName()),
            endpoint(
                name + "/indices",
                ElementType.INT64,
                Shape.of(-1, rank),
                sparse.getIndicesTensorName()),
            endpoint(name + "/values", type, Shape.of(-1), sparse.getValuesTensorName()));
      }
      case COMPOSITE_TENSOR -> {
        List<Endpoint> components = new ArrayList<>();
        for (TensorInfo component : info.getCompositeTensor().getComponentsList()) {
          components.addAll(endpoints(key, name + "/" + components.size(), component));
        }
        yield components;
      }
      case NAME, ENCODING_NOT_SET ->
          List.of(
              endpoint(name, type(key, name, info.getDtypeValue()), shape(info), info.getName()));
    };
  }

  private static Endpoint endpoint(String name, ElementType type, Shape shape, String tensor) {
    return new Endpoint(new TensorSpec(name, type, shape), tensor);
  }

  private static ElementType type(String key, String name, int number) throws ModelException {
    try {
      return ElementType.ofNumber(number > REFERENCE_OFFSET ? number - REFERENCE_OFFSET : number);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          ModelReason.SIGNATURE_MISMATCH,
          "signature '" + key + "', '" + name + "': " + e.getMessage(),
          e);
    }
  }

  private static Shape shape(TensorInfo info) {
    if (!info.hasTensorShape() || info.getTensorShape().getUnknownRank()) {
      return Shape.unknownRank();
    }
    return Shape.of(
        info.getTensorShape().getDimList().stream()
            .mapToLong(TensorShapeProto.Dim::getSize)
            .map(size -> Math.max(size, Shape.UNKNOWN))
            .toArray());
  }

  private static List<TensorSpec> specs(Map<String, Endpoint> endpoints) {
    return endpoints.values().stream().map(Endpoint::spec).toList();
  }

  private static List<String> tensors(Map<String, Endpoint> endpoints) {
    return endpoints.values().stream().map(Endpoint::tensor).toList();
  }

  private static ModelException mismatch(String message) {
    return new ModelException(ModelReason.SIGNATURE_MISMATCH, message);
  }
}
