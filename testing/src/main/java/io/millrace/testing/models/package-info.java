/** Small SavedModels written from Java: for the tests here, the demo, and users' own tests. */
@NullMarked
package io.millrace.testing.models;

import org.jspecify.annotations.NullMarked;
