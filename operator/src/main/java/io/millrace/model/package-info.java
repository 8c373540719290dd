/**
 * What a model is to the rest of the system: names, versions, commands, events, and the seams that
 * fetch and run it.
 */
@NullMarked
package io.millrace.model;

import org.jspecify.annotations.NullMarked;
