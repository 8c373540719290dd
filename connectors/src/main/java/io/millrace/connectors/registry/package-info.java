/** Schemas that are kept by a registry, by Confluent's protocol. */
@NullMarked
package io.millrace.connectors.registry;

import org.jspecify.annotations.NullMarked;
