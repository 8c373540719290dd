/**
 * Pure logic of serving: which version scores, who holds a model, when a batch is full, what a
 * failed batch becomes.
 */
@NullMarked
package io.millrace.serving;

import org.jspecify.annotations.NullMarked;
