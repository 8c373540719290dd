/**
 * Element types, shapes, signatures, and the row-wise view of a batch that records are written
 * into.
 */
@NullMarked
package io.millrace.tensor;

import org.jspecify.annotations.NullMarked;
