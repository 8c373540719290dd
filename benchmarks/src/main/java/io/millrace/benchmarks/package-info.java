/** Peers side by side in one interleaved run. */
@NullMarked
package io.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
