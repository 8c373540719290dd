/** What the bytes of a record mean: from Kafka into a model's inputs, and from its outputs back. */
@NullMarked
package io.millrace.connectors.formats;

import org.jspecify.annotations.NullMarked;
