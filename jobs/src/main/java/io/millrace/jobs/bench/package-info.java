/** Finds this machine's best batch size and thread settings for a model. */
@NullMarked
package io.millrace.jobs.bench;

import org.jspecify.annotations.NullMarked;
