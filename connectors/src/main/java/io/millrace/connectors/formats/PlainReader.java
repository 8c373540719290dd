package io.millrace.connectors.formats;

import io.millrace.tensor.Row;
import io.millrace.tensor.Signature;
import org.jspecify.annotations.Nullable;

/**
 * Reads records that are plainly what the signature wants, byte by byte: fields that are known,
 * each once, numbers, booleans, strings without escapes and lists of them in the right shape. It
 * gives up on any other, right or wrong, before anything is written; {@link TokenReader} takes it
 * then from its start. Not thread-safe.
 */
final class PlainReader {
  private final FieldPlan fields;
  private final HeldValue[] inputs;
  private final FeatureVector vector;
  private final int vectorInput;
  private final boolean fitsSignature;
  private final boolean ignoreUnknownFields;
  private final JsonScanner json;

  /**
   * @param vectorInput the input that the vector fills, if there is one
   */
  PlainReader(
      Signature signature,
      FieldPlan fields,
      FeatureVector vector,
      @Nullable String vectorInput,
      boolean ignoreUnknownFields,
      int maxNestingDepth) {
    this.fields = fields;
    this.inputs = signature.inputs().stream().map(HeldValue::new).toArray(HeldValue[]::new);
    this.vector = vector;
    this.vectorInput = vectorInput == null ? FieldPlan.NONE : signature.inputIndex(vectorInput);
    this.fitsSignature = vectorInput == null || this.vectorInput >= 0;
    this.ignoreUnknownFields = ignoreUnknownFields;
    this.json = new JsonScanner(maxNestingDepth);
  }

  /** Writes the record; false if it is not a plain one, and nothing of it is written. */
  boolean read(byte[] record, Row row) {
    try {
      hold(record, row);
    } catch (NotPlain other) {
      return false;
    }
    for (int i = 0; i < inputs.length; i++) {
      if (i == vectorInput) {
        vector.write(row.input(i));
      } else {
        inputs[i].write(row.input(i), record);
      }
    }
    return true;
  }

  private void hold(byte[] record, Row row) {
    NotPlain.unless(fitsSignature);
    fields.begin();
    vector.clear();
    json.open(record);
    json.expect('{');
    if (!json.take('}')) {
      do {
        FieldPlan.Field field = fields.find(json);
        json.expect(':');
        value(field, row);
      } while (json.take(','));
      json.expect('}');
    }
    json.close();
    if (vectorInput != FieldPlan.NONE) {
      fields.written(vectorInput);
    }
    NotPlain.unless(fields.firstMissing() == FieldPlan.NONE);
  }

  private void value(FieldPlan.@Nullable Field field, Row row) {
    if (field == null) {
      NotPlain.unless(ignoreUnknownFields);
      json.skip(1);
      return;
    }
    NotPlain.unless(fields.see(field));
    if (json.takeNull()) {
      return;
    }
    if (field.feature != FieldPlan.NONE) {
      vector.take(field.feature, json);
    } else if (field.input != FieldPlan.NONE) {
      inputs[field.input].read(json, row.input(field.input).rowShape());
      fields.written(field.input);
    } else {
      json.skip(1);
    }
  }
}
