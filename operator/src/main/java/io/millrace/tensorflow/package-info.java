/**
 * The TensorFlow engine: the only package, with {@code keras}, that sees TensorFlow and JavaCPP.
 */
@NullMarked
package io.millrace.tensorflow;

import org.jspecify.annotations.NullMarked;
