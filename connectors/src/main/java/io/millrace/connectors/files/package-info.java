/** Records in files: history that is replayed, and what comes of it. */
@NullMarked
package io.millrace.connectors.files;

import org.jspecify.annotations.NullMarked;
