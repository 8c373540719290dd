package io.millrace.jobs.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A report as one HTML file that needs no network: D3, styles and data lie within it.
 *
 * <pre>{@code
 * String html = new HtmlPage(Report.class, Map.of("title", "A run", ...)).html(data);
 * }</pre>
 *
 * <p>The frame takes kicker, title, lead, verdict, verdictClass, faults and {@link Tile}s; what is
 * the report's own lies beside its class, {@code report.mustache} and {@code report.js}.
 */
public final class HtmlPage {
  private static final String D3 = "/META-INF/resources/webjars/d3js/6.6.0/d3.min.js";

  private final Class<?> owner;
  private final Map<String, Object> values;

  /**
   * @param owner beside which the report's own template and script lie
   * @param values what the templates name
   */
  public HtmlPage(Class<?> owner, Map<String, Object> values) {
    this.owner = owner;
    this.values = Map.copyOf(values);
  }

  /**
   * The page.
   *
   * @param data what the script plots; written as JSON by Jackson
   */
  public String html(Object data) {
    Map<String, Object> frame = new HashMap<>(values);
    frame.put("body", rendered(resource(owner, "report.mustache"), values));
    frame.put("style", resource(HtmlPage.class, "page.css"));
    frame.put("d3", resource(HtmlPage.class, D3));
    frame.put("script", resource(HtmlPage.class, "plots.js") + resource(owner, "report.js"));
    frame.put("data", json(data));
    return rendered(resource(HtmlPage.class, "page.mustache"), frame);
  }

  /** Writes a page, and the folders above it where they are missing. */
  public static Path write(Path file, String html) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    return Files.writeString(file, html);
  }

  /** What {@link #write} would stumble over, as far as can be told without writing. */
  public static Optional<String> obstacle(Path file) {
    Path existing = file.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (existing.equals(file.toAbsolutePath())) {
      if (Files.isDirectory(existing)) {
        return Optional.of("it is a folder");
      }
    } else if (!Files.isDirectory(existing)) {
      return Optional.of(existing + " is no folder");
    }
    return Files.isWritable(existing)
        ? Optional.empty()
        : Optional.of("no right to write " + existing);
  }

  private static String rendered(String template, Map<String, Object> values) {
    return Mustache.compiler().compile(template).execute(values);
  }

  private static String json(Object data) {
    try {
      // Within a script element "</script" ends the data early, and "<!--<script" too late.
      return new ObjectMapper().writeValueAsString(data).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the report's data is made of records and numbers", e);
    }
  }

  private static String resource(Class<?> beside, String name) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name + " on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read resource " + name, e);
    }
  }
}
