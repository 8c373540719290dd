package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.tensor.ElementType;
import io.millrace.testing.models.ExampleBytes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The elements of one record's input, as random as the type has them.
 *
 * @param bits of numbers and booleans; of a complex number those of both parts
 * @param strings of an input of strings
 */
record RandomValue(ElementType type, long[] bits, List<String> strings) {
  private static final List<String> CHARACTERS = List.of("a", "Z", " ", "7", "é", "世", "😀");

  static RandomValue of(ElementType type, int length, Random random) {
    if (type == ElementType.STRING) {
      return new RandomValue(
          type, new long[0], Stream.generate(() -> text(random)).limit(length).toList());
    }
    long[] bits =
        LongStream.generate(() -> bits(type, random)).limit((long) length * parts(type)).toArray();
    return new RandomValue(type, bits, List.of());
  }

  /** Up to more bytes than TensorFlow keeps inside a string's own 24. */
  private static String text(Random random) {
    return IntStream.range(0, random.nextInt(40))
        .mapToObj(i -> CHARACTERS.get(random.nextInt(CHARACTERS.size())))
        .collect(Collectors.joining());
  }

  private static long bits(ElementType type, Random random) {
    if (type == ElementType.BOOL) {
      return random.nextInt(2);
    }
    if (type == ElementType.FLOAT64) {
      // A tf.Example has no wider reals.
      return Double.doubleToRawLongBits(real(ElementType.FLOAT32, finite(32, random)));
    }
    int width = width(type);
    if (type.isFloating()) {
      return finite(width, random);
    }
    boolean unsigned = type.name().contains("UINT");
    // The numbers of 64 bits that all formats have.
    return unsigned ? random.nextLong() >>> Math.max(64 - width, 1) : random.nextLong() >> -width;
  }

  private static int parts(ElementType type) {
    return type.isComplex() ? 2 : 1;
  }

  /** How many bits say what a number, or a part of it, is. */
  private static int width(ElementType type) {
    return switch (type) {
      case INT4, UINT4 -> 4;
      default -> 8 * type.byteSize() / parts(type);
    };
  }

  /** Random bits, with an exponent that is not the one of infinities in any floating type. */
  private static long finite(int width, Random random) {
    return random.nextLong() >>> (64 - width) & ~(1L << (width - 4));
  }

  private static double real(ElementType type, long bits) {
    return switch (type) {
      case FLOAT16 -> {
        long exponent = bits >> 10 & 31;
        long fraction = exponent == 0 ? bits & 1023 : 1024 + (bits & 1023);
        double value = Math.scalb((double) fraction, (int) Math.max(exponent, 1) - 25);
        yield bits >> 15 == 0 ? value : -value;
      }
      case BFLOAT16 -> Float.intBitsToFloat((int) bits << 16);
      case FLOAT32, COMPLEX64 -> Float.intBitsToFloat((int) bits);
      case FLOAT64, COMPLEX128 -> Double.longBitsToDouble(bits);
      default -> throw new IllegalArgumentException("not a real type: " + type);
    };
  }

  int length() {
    return type == ElementType.STRING ? strings.size() : bits.length / parts(type);
  }

  private RandomValue element(int index) {
    return type == ElementType.STRING
        ? new RandomValue(type, bits, List.of(strings.get(index)))
        : new RandomValue(type, elementBits(index), strings);
  }

  private long[] elementBits(int index) {
    int parts = parts(type);
    return Arrays.copyOfRange(bits, index * parts, (index + 1) * parts);
  }

  /** What TensorFlow has in its memory; of strings their bytes. */
  byte[] memory() {
    if (type == ElementType.STRING) {
      return String.join("", strings).getBytes(UTF_8);
    }
    int size = type.byteSize() / parts(type);
    byte[] memory = new byte[bits.length * size];
    for (int i = 0; i < memory.length; i++) {
      memory[i] = (byte) (bits[i / size] >> 8 * (i % size));
    }
    return memory;
  }

  /** The JSON list. */
  String json() {
    return IntStream.range(0, length())
        .mapToObj(this::jsonElement)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private String jsonElement(int index) {
    if (type == ElementType.STRING) {
      return '"' + strings.get(index) + '"';
    } else if (type == ElementType.BOOL) {
      return bits[index] == 0 ? "false" : "true";
    }
    if (type.isComplex()) {
      return LongStream.of(elementBits(index))
          .mapToObj(part -> Double.toString(real(type, part)))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    return type.isFloating()
        ? Double.toString(real(type, bits[index]))
        : Long.toString(bits[index]);
  }

  /** The fields a0, a1, ... of a JSON object. */
  String jsonFields() {
    return IntStream.range(0, length())
        .mapToObj(i -> "\"a" + i + "\": " + jsonElement(i))
        .collect(Collectors.joining(", "));
  }

  /** The list of a {@code tf.Example}. */
  ExampleBytes.Values feature() {
    if (type == ElementType.STRING) {
      return ExampleBytes.strings(strings.toArray(String[]::new));
    }
    if (!type.isFloating()) {
      return ExampleBytes.integers(bits);
    }
    float[] reals = new float[bits.length];
    for (int i = 0; i < reals.length; i++) {
      reals[i] = (float) real(type, bits[i]);
    }
    return ExampleBytes.floats(reals);
  }

  /** The list of one value of a {@code tf.Example}. */
  ExampleBytes.Values feature(int index) {
    return element(index).feature();
  }
}
