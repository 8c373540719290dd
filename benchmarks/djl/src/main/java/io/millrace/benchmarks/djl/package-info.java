/** Deep Java Library as a peer: its jars bring another build of TensorFlow's Java classes. */
@NullMarked
package io.millrace.benchmarks.djl;

import org.jspecify.annotations.NullMarked;
