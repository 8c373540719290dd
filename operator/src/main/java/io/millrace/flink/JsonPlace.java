package io.millrace.flink;

import com.fasterxml.jackson.core.JsonLocation;
import org.jspecify.annotations.Nullable;

/** Where in a text something is wrong, for messages. */
public final class JsonPlace {
  private JsonPlace() {}

  /** {@code " at line 3, column 14"}, or nothing where it is not known. */
  public static String of(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }
}
