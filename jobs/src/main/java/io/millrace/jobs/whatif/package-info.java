/** What another version would have decided: two outputs, joined record by record, as a report. */
@NullMarked
package io.millrace.jobs.whatif;

import org.jspecify.annotations.NullMarked;
