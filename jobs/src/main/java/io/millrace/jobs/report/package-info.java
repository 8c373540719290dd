/** HTML reports with plots, whoever makes them. */
@NullMarked
package io.millrace.jobs.report;

import org.jspecify.annotations.NullMarked;
