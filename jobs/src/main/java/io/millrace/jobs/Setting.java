package io.millrace.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.ShownLocation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.TextElement;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;

/**
 * One key of a job's configuration: the option, what is allowed, and how YAML becomes its value.
 * Flink's own conversion is not used because its messages do not say what is allowed, and because
 * it does not take enum values in lower case with dashes.
 */
final class Setting<T> {

  /** Makes a value of YAML; null or an IllegalArgumentException for what is not allowed. */
  private interface Parser<T> {
    @Nullable T parse(JsonNode yaml);
  }

  private enum Form {
    VALUES,
    MAP,
    MAPS,
    SECRET
  }

  private final ConfigOption<T> option;
  private final String allowed;
  private final Form form;
  private final Parser<T> parser;

  private Setting(ConfigOption<T> option, String allowed, Form form, Parser<T> parser) {
    this.option = option;
    this.allowed = allowed;
    this.form = form;
    this.parser = parser;
  }

  static Setting<String> text(ConfigOption<String> option, String allowed) {
    return text(option, allowed, value -> !value.isBlank());
  }

  static Setting<String> text(
      ConfigOption<String> option, String allowed, Predicate<String> isAllowed) {
    return scalar(option, allowed, value -> isAllowed.test(value) ? value : null);
  }

  /** A text of which no message shows anything. */
  static Setting<String> secret(ConfigOption<String> option, String allowed) {
    return new Setting<>(
        option,
        allowed,
        Form.SECRET,
        yaml -> {
          String text = scalarText(yaml);
          return text.isEmpty() ? null : text;
        });
  }

  static Setting<Integer> integer(ConfigOption<Integer> option, int min, int max) {
    return scalar(
        option,
        "an integer from " + min + " to " + max,
        value -> {
          int number = Integer.parseInt(value);
          return number < min || number > max ? null : number;
        });
  }

  static Setting<List<Integer>> integers(ConfigOption<List<Integer>> option, int min, int max) {
    return new Setting<>(
        option,
        "a list of integers from " + min + " to " + max,
        Form.VALUES,
        yaml -> {
          List<Integer> numbers = new ArrayList<>();
          for (JsonNode item : yaml.isArray() ? yaml : List.of(yaml)) {
            int number = Integer.parseInt(scalarText(item));
            if (number < min || number > max) {
              return null;
            }
            numbers.add(number);
          }
          return numbers.isEmpty() ? null : List.copyOf(numbers);
        });
  }

  static Setting<Long> version(ConfigOption<Long> option) {
    return scalar(
        option,
        "an integer >= 0",
        value -> {
          long number = Long.parseLong(value);
          return number < 0 ? null : number;
        });
  }

  static Setting<Boolean> flag(ConfigOption<Boolean> option) {
    return scalar(
        option,
        "true or false",
        value ->
            switch (value) {
              case "true", "True", "TRUE" -> Boolean.TRUE;
              case "false", "False", "FALSE" -> Boolean.FALSE;
              default -> null;
            });
  }

  static Setting<Duration> duration(ConfigOption<Duration> option) {
    return scalar(
        option,
        "a duration above zero with its unit, such as 5 ms, 10 s, 15 min",
        value -> {
          // Flink takes a bare number for milliseconds, which nobody can tell from seconds.
          Duration duration =
              value.matches("[0-9]+") ? Duration.ZERO : TimeUtils.parseDuration(value);
          return duration.isZero() || duration.isNegative() ? null : duration;
        });
  }

  static Setting<MemorySize> size(ConfigOption<MemorySize> option) {
    return scalar(
        option,
        "a size from 1 b to 2047 mb with its unit, such as 64 kb, 1 mb",
        value -> {
          // Flink takes a bare number for bytes.
          MemorySize size = value.matches("[0-9]+") ? MemorySize.ZERO : MemorySize.parse(value);
          return size.getBytes() == 0 || size.getBytes() > Integer.MAX_VALUE ? null : size;
        });
  }

  static Setting<MemorySize> diskSize(ConfigOption<MemorySize> option) {
    return scalar(
        option,
        "a size with its unit, such as 512 mb, 10 gb",
        // Flink takes a bare number for bytes.
        value -> value.matches("[0-9]+") ? null : MemorySize.parse(value));
  }

  static <E extends Enum<E>> Setting<E> choice(ConfigOption<E> option, Class<E> type) {
    return scalar(
        option,
        Stream.of(type.getEnumConstants()).map(Setting::spell).collect(Collectors.joining(", ")),
        value -> {
          for (E constant : type.getEnumConstants()) {
            if (spell(constant).equals(value)) {
              return constant;
            }
          }
          return null;
        });
  }

  static Setting<List<String>> texts(ConfigOption<List<String>> option, String allowed) {
    return new Setting<>(
        option,
        allowed,
        Form.VALUES,
        yaml -> {
          List<String> texts = new ArrayList<>();
          // One value needs no brackets.
          for (JsonNode item : yaml.isArray() ? yaml : List.of(yaml)) {
            texts.add(scalarText(item));
          }
          return List.copyOf(texts);
        });
  }

  static Setting<Map<String, String>> textMap(
      ConfigOption<Map<String, String>> option, String allowed) {
    return new Setting<>(option, allowed, Form.MAP, Setting::texts);
  }

  static Setting<List<Map<String, String>>> textMaps(
      ConfigOption<List<Map<String, String>>> option,
      String allowed,
      Predicate<Map<String, String>> isAllowed) {
    return new Setting<>(
        option,
        allowed,
        Form.MAPS,
        yaml -> {
          List<Map<String, String>> maps = new ArrayList<>();
          for (JsonNode item : yaml) {
            Map<String, String> texts = texts(item);
            if (texts == null || !isAllowed.test(texts)) {
              return null;
            }
            maps.add(texts);
          }
          return yaml.isArray() && !maps.isEmpty() ? maps : null;
        });
  }

  /** {@code task-manager} for TASK_MANAGER: how an enum value is written in YAML. */
  static String spell(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  ConfigOption<T> option() {
    return option;
  }

  String key() {
    return option.key();
  }

  /** What is allowed, in words. */
  String allowed() {
    return allowed;
  }

  /** What the option is for. */
  String description() {
    return option.description().getBlocks().stream()
        .map(block -> block instanceof TextElement text ? text.getFormat() : "")
        .collect(Collectors.joining(" "));
  }

  /** Whether what stands below the key belongs to the value. */
  boolean isMap() {
    return form == Form.MAP;
  }

  /** The default as YAML would spell it, empty where there is none. */
  String defaultText() {
    Object value = option.defaultValue();
    if (value == null) {
      return "";
    }
    if (value instanceof Enum<?> constant) {
      return spell(constant);
    }
    if (value instanceof Duration duration) {
      return TimeUtils.formatWithHighestUnit(duration);
    }
    return value instanceof Map<?, ?> ? "{}" : value.toString();
  }

  /**
   * Puts the value into the configuration.
   *
   * @throws ConfigurationException naming the key, the value and what is allowed
   */
  void put(Configuration target, JsonNode yaml) throws ConfigurationException {
    T value;
    try {
      value = parser.parse(yaml);
    } catch (IllegalArgumentException e) {
      throw refused(yaml, e);
    }
    if (value == null) {
      throw refused(yaml, null);
    }
    target.set(option, value);
  }

  private ConfigurationException refused(JsonNode yaml, @Nullable Exception cause) {
    // Maps may hold credentials, and so may a text that stands where a map belongs.
    boolean secret = form != Form.VALUES || yaml.isContainerNode();
    String text = ShownLocation.of(yaml.asText());
    String shown = secret ? "" : ": '" + text + "'";
    return new ConfigurationException(
        key() + shown + " is not allowed: expected " + allowed,
        secret || !text.equals(yaml.asText()) ? null : cause);
  }

  private static <T> Setting<T> scalar(
      ConfigOption<T> option, String allowed, TextParser<T> parser) {
    return new Setting<>(option, allowed, Form.VALUES, yaml -> parser.parse(scalarText(yaml)));
  }

  private interface TextParser<T> {
    @Nullable T parse(String text);
  }

  private static String scalarText(JsonNode yaml) {
    if (!yaml.isValueNode() || yaml.isNull()) {
      throw new IllegalArgumentException("not a single value");
    }
    return yaml.asText().strip();
  }

  private static @Nullable Map<String, String> texts(JsonNode yaml) {
    if (!yaml.isObject()) {
      return null;
    }
    Map<String, String> texts = new LinkedHashMap<>();
    yaml.properties()
        .forEach(
            entry ->
                texts.put(
                    entry.getKey(),
                    entry.getValue().isArray()
                        ? flow(entry.getValue())
                        : scalarText(entry.getValue())));
    return texts;
  }

  /** {@code [-1,3]}: a list as YAML writes it in one line. */
  private static String flow(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(item -> item.isArray() ? flow(item) : scalarText(item))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
