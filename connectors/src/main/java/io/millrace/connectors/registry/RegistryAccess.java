package io.millrace.connectors.registry;

import io.millrace.model.ShownLocation;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a schema registry is, and who asks. Credentials are never part of a message or of {@link
 * #toString}.
 *
 * <pre>{@code
 * RegistryAccess.to("https://registry:8081").withUserInfo("alice:secret")
 * }</pre>
 */
public final class RegistryAccess implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String url;
  private final @Nullable String authorization;

  private RegistryAccess(String url, @Nullable String authorization) {
    this.url = url;
    this.authorization = authorization;
  }

  /**
   * Without credentials.
   *
   * @param url of the registry's REST interface, under which {@code /schemas/ids} is
   * @throws IllegalArgumentException if it is no such URL, or has credentials in it
   */
  public static RegistryAccess to(String url) {
    URI parsed;
    try {
      parsed = URI.create(url);
    } catch (IllegalArgumentException e) {
      // The cause would show what the URL hides.
      throw refused(url);
    }
    String scheme = String.valueOf(parsed.getScheme()).toLowerCase(Locale.ROOT);
    boolean plain =
        parsed.getRawUserInfo() == null
            && parsed.getRawQuery() == null
            && parsed.getRawFragment() == null;
    if (!(scheme.equals("http") || scheme.equals("https")) || parsed.getHost() == null || !plain) {
      throw refused(url);
    }
    return new RegistryAccess(url.replaceAll("/+$", ""), null);
  }

  private static IllegalArgumentException refused(String url) {
    return new IllegalArgumentException(
        "'"
            + ShownLocation.of(url)
            + "' is not allowed: expected http://host:port or https://host:port, with a path or"
            + " without, and without user-info, query and fragment");
  }

  /**
   * With a name and a password, by basic authentication.
   *
   * @param userInfo {@code name:password}
   * @throws IllegalArgumentException if it is not that, without saying what it is
   */
  public RegistryAccess withUserInfo(String userInfo) {
    if (userInfo.indexOf(':') < 1) {
      throw new IllegalArgumentException("expected name:password");
    }
    byte[] bytes = userInfo.getBytes(StandardCharsets.UTF_8);
    return new RegistryAccess(url, "Basic " + Base64.getEncoder().encodeToString(bytes));
  }

  /**
   * With a bearer token.
   *
   * @throws IllegalArgumentException if no header can have it, without saying what it is
   */
  public RegistryAccess withToken(String token) {
    if (!token.matches("[\\x21-\\x7e]+")) {
      throw new IllegalArgumentException("expected a token of visible ASCII characters");
    }
    return new RegistryAccess(url, "Bearer " + token);
  }

  String url() {
    return url;
  }

  /** What the header of that name has, or null. */
  @Nullable String authorization() {
    return authorization;
  }

  /** The URL alone. */
  @Override
  public String toString() {
    return url;
  }
}
