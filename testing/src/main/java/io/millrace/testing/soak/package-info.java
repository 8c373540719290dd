/** Whether what a process holds stays the same while it does the same thing again and again. */
@NullMarked
package io.millrace.testing.soak;

import org.jspecify.annotations.NullMarked;
