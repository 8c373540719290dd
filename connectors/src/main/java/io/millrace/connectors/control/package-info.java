/** The control topic that commands come from and the status topic that events go to. */
@NullMarked
package io.millrace.connectors.control;

import org.jspecify.annotations.NullMarked;
