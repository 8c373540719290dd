package io.millrace.jobs.whatif;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.jobs.compare.OutputLines;
import io.millrace.jobs.whatif.Findings.Shown;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads once more for the records that the report shows, of which only their places are known. */
final class ShownRecords {
  private static final int SHOWN = 160;

  private ShownRecords() {}

  /** The records that differ most, then those that one side alone has. */
  static List<Shown> of(PairFindings pairs, OutputLines base, OutputLines other)
      throws IOException {
    Set<Long> ofBase = new HashSet<>();
    pairs.largest().forEach(pair -> ofBase.add(pair.base().ordinal()));
    pairs.onlyBase().forEach(row -> ofBase.add(row.ordinal()));
    Map<Long, RecordJson> baseRecords = fetch(base, ofBase);
    Set<Long> ofOther = new HashSet<>();
    pairs.onlyOther().forEach(row -> ofOther.add(row.ordinal()));
    Map<Long, RecordJson> otherRecords = fetch(other, ofOther);
    List<Shown> shown = new ArrayList<>();
    for (LargestDifferences.Pair pair : pairs.largest()) {
      shown.add(shown(baseRecords, pair.base(), pair.base().value(), pair.other().value()));
    }
    pairs.onlyBase().forEach(row -> shown.add(shown(baseRecords, row, row.value(), null)));
    pairs.onlyOther().forEach(row -> shown.add(shown(otherRecords, row, null, row.value())));
    return shown;
  }

  private static Map<Long, RecordJson> fetch(OutputLines lines, Set<Long> ordinals)
      throws IOException {
    Map<Long, RecordJson> found = new HashMap<>();
    if (!ordinals.isEmpty()) {
      long[] next = {0};
      lines.read(
          (file, number, line) -> {
            if (ordinals.contains(next[0])) {
              found.put(next[0], RecordJson.of(file, number, line));
            }
            next[0]++;
          });
    }
    return found;
  }

  private static Shown shown(
      Map<Long, RecordJson> records, Row row, @Nullable Double base, @Nullable Double other) {
    RecordJson record = records.get(row.ordinal());
    return record == null
        ? new Shown(base, other, "gone since it was read", "", "")
        : new Shown(base, other, record.place(), text(record.key()), text(record.fields()));
  }

  private static String text(JsonNode node) {
    String text = node.isTextual() ? node.textValue() : node.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
