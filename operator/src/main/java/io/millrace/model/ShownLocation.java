package io.millrace.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Locations as messages and logs show them, without the credentials that some people write into
 * them: {@code s3://key:secret@bucket/model?X-Amz-Signature=...}.
 *
 * <pre>{@code
 * ShownLocation.of("s3://key:secret@bucket/fraud/7"); // s3://...@bucket/fraud/7
 * }</pre>
 */
public final class ShownLocation {
  private static final Pattern URI =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*:/{0,3})(.*)", Pattern.DOTALL);
  private static final String HIDDEN = "...";

  private ShownLocation() {}

  /** The text without user-info, query and fragment, if it has a scheme; else as it is. */
  public static String of(String location) {
    Matcher matcher = URI.matcher(location);
    if (!matcher.matches()) {
      return location;
    }
    String rest = matcher.group(2);
    int at = rest.lastIndexOf('@');
    int query = firstOf(rest, '?', '#');
    // Either may hold the other's mark: which part is secret cannot be told.
    String shown =
        at >= 0 && query >= 0
            ? HIDDEN
            : at >= 0
                ? HIDDEN + rest.substring(at)
                : query >= 0 ? rest.substring(0, query + 1) + HIDDEN : rest;
    return matcher.group(1) + shown;
  }

  private static int firstOf(String text, char one, char other) {
    int first = text.indexOf(one);
    int second = text.indexOf(other);
    return first < 0 ? second : second < 0 ? first : Math.min(first, second);
  }
}
