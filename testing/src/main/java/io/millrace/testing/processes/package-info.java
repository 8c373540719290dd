/**
 * Real servers for tests and the demo, each in a JVM of its own that does not outlive this one: a
 * Kafka broker, an HDFS cluster, an S3 server.
 */
@NullMarked
package io.millrace.testing.processes;

import org.jspecify.annotations.NullMarked;
