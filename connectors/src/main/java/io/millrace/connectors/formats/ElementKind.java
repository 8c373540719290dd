package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;

/** How an element looks in JSON; Avro's values are held to the same. */
enum ElementKind {
  /** A number, or one of the strings NaN, Infinity, -Infinity. */
  REAL,
  /** A number without fraction and exponent. */
  INTEGER,
  BOOLEAN,
  /** A string, or an object with base64 under {@code b64}. */
  BYTES,
  /** A list of a real and an imaginary part. */
  COMPLEX,
  /** Not in JSON at all: the eight-bit floats. */
  RAW_ONLY;

  /** Whether an element of this kind can be filled with a feature of that kind. */
  boolean takes(ElementKind feature) {
    return switch (this) {
      case REAL -> feature == REAL || feature == INTEGER || feature == BOOLEAN;
      case INTEGER -> feature == INTEGER || feature == BOOLEAN;
      case BOOLEAN, BYTES -> feature == this;
      case COMPLEX, RAW_ONLY -> false;
    };
  }

  static ElementKind of(ElementType type) {
    return switch (type) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> REAL;
      case INT4, INT8, INT16, INT32, INT64 -> INTEGER;
      case UINT4, UINT8, UINT16, UINT32, UINT64 -> INTEGER;
      case QINT8, QINT16, QINT32, QUINT8, QUINT16 -> INTEGER;
      case BOOL -> BOOLEAN;
      case STRING -> BYTES;
      case COMPLEX64, COMPLEX128 -> COMPLEX;
      case FLOAT8_E5M2, FLOAT8_E4M3FN -> RAW_ONLY;
    };
  }
}
