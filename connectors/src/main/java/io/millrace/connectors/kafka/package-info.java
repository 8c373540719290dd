/** Kafka at the edges of a job: what is read, what is written, and how a client is configured. */
@NullMarked
package io.millrace.connectors.kafka;

import org.jspecify.annotations.NullMarked;
