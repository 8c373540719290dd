/**
 * The Flink front: builder, operators, broadcast state, metrics and the model store over Flink's
 * file systems.
 */
@NullMarked
package io.millrace.flink;

import org.jspecify.annotations.NullMarked;
