package io.millrace.tensorflow;

import io.millrace.tensor.ElementType;

/** What an element takes in TensorFlow's memory, known without its native library. */
final class ElementBytes {
  /** A TF_TString: more than an element of any other type. */
  static final int STRING = 24;

  private ElementBytes() {}

  static int of(ElementType type) {
    return type == ElementType.STRING ? STRING : type.byteSize();
  }
}
