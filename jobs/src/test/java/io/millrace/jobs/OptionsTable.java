package io.millrace.jobs;

/** Every option as a table for the documents. */
final class OptionsTable {

  private OptionsTable() {}

  /** A Markdown table: key, default, what is allowed, what it is for. */
  static String markdown() {
    StringBuilder table = new StringBuilder();
    table.append("| key | default | allowed | what it is |\n| --- | --- | --- | --- |\n");
    for (Setting<?> setting : Settings.ALL) {
      String fallback = setting.defaultText();
      table.append("| `").append(setting.key()).append("` | ");
      table.append(fallback.isEmpty() ? "" : "`" + fallback + "`").append(" | ");
      table.append(setting.allowed()).append(" | ").append(setting.description()).append(" |\n");
    }
    return table.toString();
  }
}
