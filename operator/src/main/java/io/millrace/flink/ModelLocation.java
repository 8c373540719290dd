package io.millrace.flink;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory on some file system, in the one form in which locations are compared: no user-info,
 * query, fragment, {@code .} or {@code ..}, and nothing encoded that would change its segments. A
 * location without a scheme is a local path.
 */
public final class ModelLocation {
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  /** A colon that no port follows: user-info whose secret has a slash in it ends there. */
  private static final Pattern NO_PORT = Pattern.compile(".*:(?![0-9]*$).*");

  /** Percent-encoded: control characters, '%', '.', '/', backslash. */
  private static final Pattern HIDDEN =
      Pattern.compile("%(?:[01][0-9a-f]|25|2e|2f|5c|7f)", Pattern.CASE_INSENSITIVE);

  private final String scheme;
  private final @Nullable String authority;
  private final String path;

  private ModelLocation(String scheme, @Nullable String authority, String path) {
    this.scheme = scheme;
    this.authority = authority;
    this.path = path;
  }

  /**
   * What a user wrote as a URI: {@code hdfs:///models/fraud/7}, {@code s3://bucket/fraud/7}, or a
   * local path, absolute or relative to the working directory.
   *
   * @throws IllegalArgumentException if it is neither, or has user-info, a query or another part
   *     that no location of a model has; the message names no credential
   */
  public static URI parse(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("location '': expected a path or a URI");
    }
    try {
      if (SCHEME.matcher(text).matches()) {
        URI uri = new URI(text);
        of(uri);
        return uri;
      }
      String local = java.nio.file.Path.of(text).toAbsolutePath().normalize().toString();
      return new URI("file", null, local, null);
    } catch (URISyntaxException e) {
      // Not as the cause: it quotes the text, which may have credentials in it.
      throw new IllegalArgumentException(
          "location at index "
              + e.getIndex()
              + ": "
              + e.getReason()
              + "; expected a path or a URI");
    }
  }

  /**
   * @throws IllegalArgumentException naming what is not allowed, never a credential
   */
  static ModelLocation of(URI uri) {
    String scheme = uri.getScheme() == null ? "file" : uri.getScheme().toLowerCase(Locale.ROOT);
    String rawPath = uri.getRawPath();
    if (uri.isOpaque() || rawPath == null || !rawPath.startsWith("/")) {
      throw new IllegalArgumentException(
          "location of scheme '" + scheme + "': expected an absolute path, as in s3://bucket/path");
    }
    String authority = uri.getRawAuthority();
    // Not getUserInfo(): it is null for authorities that are no host names, as some buckets are.
    refuseIf(authority != null && mayHoldUserInfo(authority), scheme + "://...", "user-info");
    String shown = scheme + "://..." + rawPath;
    refuseIf(uri.getRawQuery() != null, shown, "a query");
    refuseIf(uri.getRawFragment() != null, shown, "a fragment");
    refuseIf(HIDDEN.matcher(rawPath).find(), shown, "an encoded '.', '/', '\\', '%' or control");
    // Flink's Path takes a backslash for a slash.
    refuseIf(uri.getPath().indexOf('\\') >= 0, shown, "a backslash");
    StringBuilder path = new StringBuilder();
    for (String segment : uri.getPath().split("/")) {
      refuseIf(segment.equals(".") || segment.equals(".."), shown, "'" + segment + "'");
      if (!segment.isEmpty()) {
        path.append('/').append(segment);
      }
    }
    return new ModelLocation(scheme, authority, path.toString());
  }

  // The end of an IPv6 address is no user-info, and what follows it is a port.
  private static boolean mayHoldUserInfo(String authority) {
    String host = authority.substring(authority.lastIndexOf(']') + 1);
    return authority.contains("@") || NO_PORT.matcher(host).matches();
  }

  private static void refuseIf(boolean condition, String shown, String what) {
    if (condition) {
      throw new IllegalArgumentException(
          "location " + shown + ": " + what + " is not allowed; expected scheme://authority/path");
    }
  }

  /** Is this the other or in a directory below it? */
  boolean isWithin(ModelLocation other) {
    return scheme.equals(other.scheme)
        && Objects.equals(authority, other.authority)
        && (path.equals(other.path) || path.startsWith(other.path + "/"));
  }

  /** The last segment; empty for a root directory. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /**
   * @param name one segment, as a listing shows it
   */
  ModelLocation child(String name) {
    return new ModelLocation(scheme, authority, path + "/" + name);
  }

  Path toFlinkPath() {
    return new Path(scheme, authority, path.isEmpty() ? "/" : path);
  }

  URI toUri() {
    return toFlinkPath().toUri();
  }

  /** As it appears in messages; free of credentials. */
  @Override
  public String toString() {
    return scheme + "://" + (authority == null ? "" : authority) + (path.isEmpty() ? "/" : path);
  }
}
