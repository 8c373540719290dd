package io.millrace.jobs;

import java.util.List;

/** Every option as a table for the documents. */
final class OptionsTable {

  private OptionsTable() {}

  /** A Markdown table: key, default, what is allowed, what it is for. */
  static String markdown() {
    return markdown(Settings.ALL);
  }

  /** The table of these options. */
  static String markdown(List<Setting<?>> settings) {
    StringBuilder table = new StringBuilder();
    table.append("| key | default | allowed | what it is |\n| --- | --- | --- | --- |\n");
    for (Setting<?> setting : settings) {
      String fallback = setting.defaultText();
      table.append("| `").append(setting.key()).append("` | ");
      table.append(fallback.isEmpty() ? "" : "`" + fallback + "`").append(" | ");
      table.append(setting.allowed()).append(" | ").append(setting.description()).append(" |\n");
    }
    return table.toString();
  }
}
