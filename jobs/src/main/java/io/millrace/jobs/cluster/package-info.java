/** Flink's own processes, started from the distribution: a session cluster to try and to test. */
@NullMarked
package io.millrace.jobs.cluster;

import org.jspecify.annotations.NullMarked;
