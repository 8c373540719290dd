package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorSpec;
import java.io.IOException;
import java.util.List;

/**
 * A prediction as JSON: an object of output names, values nested as their shape says. NaN and
 * infinities are strings, bytes are strings where they are UTF-8 and {@code {"b64": ...}} where
 * not, complex numbers are lists of two. Not thread-safe.
 *
 * <pre>{@code
 * new PredictionJson().write(generator, prediction);
 * }</pre>
 */
public final class PredictionJson {
  private final JsonBytes bytes = new JsonBytes();
  private final JsonFloats floats = new JsonFloats();

  /** Writes all outputs as one object. */
  public void write(JsonGenerator json, Prediction prediction) throws IOException {
    json.writeStartObject();
    List<TensorSpec> outputs = prediction.signature().outputs();
    for (int i = 0; i < outputs.size(); i++) {
      json.writeFieldName(outputs.get(i).name());
      write(json, prediction.output(i));
    }
    json.writeEndObject();
  }

  /** Writes the value of one output. */
  public void write(JsonGenerator json, TensorReader output) throws IOException {
    write(json, output, output.shape(), 0, 0);
  }

  /** Writes what lies below {@code depth} from this element on; returns the element after it. */
  private int write(JsonGenerator json, TensorReader output, Shape shape, int depth, int element)
      throws IOException {
    if (depth == shape.rank()) {
      writeElement(json, output, element);
      return element + 1;
    }
    int next = element;
    json.writeStartArray();
    for (long i = 0; i < shape.dimension(depth); i++) {
      next = write(json, output, shape, depth + 1, next);
    }
    json.writeEndArray();
    return next;
  }

  private void writeElement(JsonGenerator json, TensorReader output, int element)
      throws IOException {
    ElementType type = output.spec().type();
    switch (ElementKind.of(type)) {
      case REAL -> {
        if (type == ElementType.FLOAT64) {
          json.writeNumber(output.getDouble(element));
        } else {
          floats.write(json, output.getFloat(element));
        }
      }
      case RAW_ONLY -> json.writeNumber(output.getDouble(element));
      case INTEGER -> {
        long value = output.getLong(element);
        if (type == ElementType.UINT64 && value < 0) {
          json.writeNumber(Long.toUnsignedString(value));
        } else {
          json.writeNumber(value);
        }
      }
      case BOOLEAN -> json.writeBoolean(output.getBoolean(element));
      case BYTES -> bytes.write(json, output.getBytes(element));
      case COMPLEX -> writeComplex(json, output, element);
    }
  }

  private void writeComplex(JsonGenerator json, TensorReader output, int element)
      throws IOException {
    json.writeStartArray();
    if (output.spec().type() == ElementType.COMPLEX64) {
      floats.write(json, (float) output.getReal(element));
      floats.write(json, (float) output.getImaginary(element));
    } else {
      json.writeNumber(output.getReal(element));
      json.writeNumber(output.getImaginary(element));
    }
    json.writeEndArray();
  }
}
