/** The command line: one class a command, one exit code a kind of failure. */
@NullMarked
package io.millrace.jobs.cli;

import org.jspecify.annotations.NullMarked;
