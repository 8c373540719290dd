/** Whether a job lost, duplicated, misordered or wrongly stamped records, found from outside it. */
@NullMarked
package io.millrace.testing.check;

import org.jspecify.annotations.NullMarked;
