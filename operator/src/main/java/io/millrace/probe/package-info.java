/**
 * Loads and warms up a version in a JVM of its own before TensorFlow in this process sees it. What
 * ends that JVM, hangs or eats memory costs a version, not a TaskManager.
 */
@NullMarked
package io.millrace.probe;

import org.jspecify.annotations.NullMarked;
