package io.millrace.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializer of an immutable value of variable length. A subclass writes a format version first, so
 * that a later release reads what an earlier one stored, and gives its snapshot class.
 */
public abstract class ValueSerializer<T> extends TypeSerializerSingleton<T> {
  private static final long serialVersionUID = 1L;

  /** {@code writeUTF} holds 65,535 bytes. */
  private static final int MAX_TEXT = 8_000;

  @Override
  public final boolean isImmutableType() {
    return true;
  }

  /**
   * A value has no empty form; Flink asks for one only to reuse it, which an immutable type is not.
   */
  @SuppressWarnings("NullAway") // TypeSerializer is not annotated; null is what it documents.
  @Override
  public final T createInstance() {
    return null;
  }

  @Override
  public final T copy(T value) {
    return value;
  }

  @Override
  public final T copy(T value, T reuse) {
    return value;
  }

  @Override
  public final int getLength() {
    return -1;
  }

  @Override
  public final T deserialize(T reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  /** Refuses a value that another release wrote in a form that this one does not know. */
  static void requireFormat(int actual, int expected, String what) throws IOException {
    if (actual != expected) {
      throw new IOException(
          "stored "
              + what
              + " of format "
              + actual
              + ": expected "
              + expected
              + "; restore it with the release that wrote it, or a later one");
    }
  }

  /** Writes a text of any length: what is beyond the first 8,000 characters is left out. */
  protected static void writeBounded(String text, DataOutputView target) throws IOException {
    target.writeUTF(text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT));
  }
}
