/** Two outputs held against each other, record for record and bit for bit. */
@NullMarked
package io.millrace.jobs.compare;

import org.jspecify.annotations.NullMarked;
