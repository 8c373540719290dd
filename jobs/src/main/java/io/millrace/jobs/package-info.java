/** The runnable jobs and their configuration. */
@NullMarked
package io.millrace.jobs;

import org.jspecify.annotations.NullMarked;
