package io.millrace.tensorflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.millrace.model.HeapShare;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.SampleRow;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.Signature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.proto.TensorProto;

/**
 * The requests that a version brings along for its warm-up, where TensorFlow Serving looks for
 * them: a TFRecord file of {@code tensorflow.serving.PredictionLog}. Those of the signature that
 * scores are taken; what else the file may hold (classify, regress, multi-inference and session
 * logs, requests to other signatures) is left out, and the log says so.
 *
 * <p>The messages are those of tensorflow_serving/apis/prediction_log.proto, predict.proto and
 * model.proto, which no artifact for Java brings along.
 */
public final class ServingRequests {
  /** Where they lie in a version's directory. */
  public static final String FILE = "assets.extra/tf_serving_warmup_requests";

  /** TensorFlow Serving's own limit, kMaxNumRecords. */
  static final int MAX_RECORDS = 1000;

  static final long MAX_BYTES = 1L << 26;

  /** The largest number of a field that is looked for: what lies behind takes no memory. */
  private static final int MAX_FIELD = 7;

  /** Of a name that the file gives, in a message. */
  private static final int NAME_SHOWN = 100;

  /** Of a row, and of the text that says where it comes from. */
  private static final int ROW_BYTES = 3 * HeapShare.OBJECT_BYTES;

  private static final Logger LOG = LoggerFactory.getLogger(ServingRequests.class);
  private static final int PREDICT_LOG = 6;
  private static final Map<Integer, String> OTHER_LOGS =
      Map.of(
          2, "classify",
          3, "regress",
          4, "multi-inference",
          5, "session-run",
          7, "predict-streamed");
  private static final int REQUEST = 1;
  private static final int MODEL_SPEC = 1;
  private static final int INPUTS = 2;
  private static final int SIGNATURE_NAME = 3;
  private static final int KEY = 1;
  private static final int VALUE = 2;
  private static final String DEFAULT_SIGNATURE = "serving_default";

  private final Signature signature;
  private final List<SampleRow> rows = new ArrayList<>();
  private final TreeMap<String, Integer> skipped = new TreeMap<>();

  /** What the tensors of all records may still take: a shape of a few bytes can ask for more. */
  private long bytesLeft = MAX_BYTES;

  private final HeapShare share;

  private ServingRequests(Signature signature, HeapShare share) {
    this.signature = signature;
    this.share = share;
  }

  /**
   * The rows of a version's requests to a signature.
   *
   * @param signature of which each row is, or a whole request where it has no batch dimension
   * @return empty if the version has no such file, or the file no request to that signature
   * @throws ModelException WARM_UP_FAILED naming file and record, if the file is damaged, too large
   *     for what the heap allows, or a record is none
   */
  public static List<SampleRow> read(ModelFiles files, Signature signature) throws ModelException {
    return read(files, signature, HeapShare.ofProcess());
  }

  static List<SampleRow> read(ModelFiles files, Signature signature, HeapShare share)
      throws ModelException {
    try {
      // Once as they are read, and once as records.
      byte[] bytes = files.read(FILE, Math.min(MAX_BYTES, share.left() / 2)).orElse(null);
      if (bytes == null) {
        return List.of();
      }
      share.take(2L * bytes.length);
      ServingRequests requests = new ServingRequests(signature, share);
      List<byte[]> records = TfRecords.of(bytes, MAX_RECORDS);
      for (int i = 0; i < records.size(); i++) {
        requests.add("'" + FILE + "', record " + i, records.get(i));
      }
      requests.report(records.size());
      return requests.rows;
    } catch (IOException e) {
      throw new ModelException(
          ModelReason.WARM_UP_FAILED, "warm-up requests '" + FILE + "': " + e.getMessage(), e);
    }
  }

  private void report(int records) {
    if (skipped.isEmpty()) {
      return;
    }
    String message = "{}: {} rows of signature '{}' in {} records; left out: {}";
    if (rows.isEmpty()) {
      LOG.warn(message, FILE, 0, signature.name(), records, skipped);
    } else {
      LOG.info(message, FILE, rows.size(), signature.name(), records, skipped);
    }
  }

  private void add(String place, byte[] record) throws ModelException {
    try {
      Map<Integer, ByteString> log =
          DelimitedFields.last(UnsafeByteOperations.unsafeWrap(record), MAX_FIELD);
      ByteString predict = log.get(PREDICT_LOG);
      if (predict == null) {
        String other =
            OTHER_LOGS.entrySet().stream()
                .filter(entry -> log.containsKey(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (other == null) {
          throw new IOException("expected a PredictionLog with a request in it");
        }
        skip(other + " logs");
        return;
      }
      ByteString request = orEmpty(DelimitedFields.last(predict, REQUEST).get(REQUEST));
      String name = signatureName(DelimitedFields.last(request, MODEL_SPEC));
      if (name.equals(signature.name())) {
        addRows(place, inputs(request));
      } else {
        skip(
            "requests to signature '"
                + name.substring(0, Math.min(NAME_SHOWN, name.length()))
                + "'");
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelException(
          ModelReason.WARM_UP_FAILED, "warm-up requests " + place + ": " + e.getMessage(), e);
    }
  }

  private void skip(String what) {
    skipped.merge(what, 1, Integer::sum);
  }

  private static String signatureName(Map<Integer, ByteString> request) throws IOException {
    ByteString spec = orEmpty(request.get(MODEL_SPEC));
    ByteString name = orEmpty(DelimitedFields.last(spec, SIGNATURE_NAME).get(SIGNATURE_NAME));
    return name.isEmpty() ? DEFAULT_SIGNATURE : name.toStringUtf8();
  }

  private Map<String, RequestTensor> inputs(ByteString request) throws IOException {
    Map<String, RequestTensor> inputs = new TreeMap<>();
    DelimitedFields.forEach(
        request,
        (number, entry) -> {
          if (number == INPUTS) {
            Map<Integer, ByteString> pair = DelimitedFields.last(entry, VALUE);
            String name = orEmpty(pair.get(KEY)).toStringUtf8();
            inputs.put(name, tensor(name, orEmpty(pair.get(VALUE))));
          }
        });
    return inputs;
  }

  private RequestTensor tensor(String input, ByteString bytes) throws IOException {
    if (signature.inputIndex(input) < 0) {
      throw new IOException(
          "unknown input '" + input + "': expected one of " + signature.inputNames());
    }
    try {
      long objectBytes = FileLimits.objectBytes(bytes, TensorProto.getDescriptor());
      share.take(objectBytes);
      RequestTensor tensor =
          RequestTensor.of(TensorProto.parseFrom(bytes), Math.min(bytesLeft, share.left()));
      bytesLeft -= tensor.bytes();
      share.take(tensor.bytes());
      if (!tensor.hasStrings()) {
        // Those stay where the message has them.
        share.giveBack(objectBytes);
      }
      return tensor;
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException("input '" + input + "': " + e.getMessage(), e);
    }
  }

  private void addRows(String place, Map<String, RequestTensor> inputs) throws IOException {
    if (!signature.hasBatchDimension()) {
      rows.add(new Request(place, inputs, -1));
      return;
    }
    long count = inputs.values().stream().mapToLong(RequestTensor::rows).max().orElse(0);
    for (Map.Entry<String, RequestTensor> input : inputs.entrySet()) {
      if (input.getValue().rows() != count) {
        throw new IOException(
            "input '"
                + input.getKey()
                + "': expected as many rows as the others have, "
                + count
                + ", got "
                + (input.getValue().rows() < 0 ? "a scalar" : input.getValue().rows()));
      }
    }
    if (count < 1 || rows.size() + count > SampleRow.MOST_OF_A_VERSION) {
      throw new IOException(
          count
              + " rows: expected at least one, and at most "
              + SampleRow.MOST_OF_A_VERSION
              + " in all records");
    }
    share.take(count * ROW_BYTES);
    for (int row = 0; row < count; row++) {
      rows.add(new Request(place + ", row " + row, inputs, row));
    }
  }

  private static ByteString orEmpty(@Nullable ByteString value) {
    return value == null ? ByteString.EMPTY : value;
  }

  /**
   * One row of a request.
   *
   * @param row -1 for the whole
   */
  private record Request(String place, Map<String, RequestTensor> inputs, int row)
      implements SampleRow {

    @Override
    public void write(Row target) {
      for (Map.Entry<String, RequestTensor> input : inputs.entrySet()) {
        if (row < 0) {
          input.getValue().writeWhole(target.input(input.getKey()));
        } else {
          input.getValue().writeRow(row, target.input(input.getKey()));
        }
      }
      for (String name : target.signature().inputNames()) {
        if (!inputs.containsKey(name)) {
          throw new RecordException(
              RecordReason.MISSING_FIELD,
              "input '" + name + "' is missing: the request has " + inputs.keySet());
        }
      }
    }
  }
}
