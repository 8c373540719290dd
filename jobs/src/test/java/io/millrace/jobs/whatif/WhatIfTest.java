package io.millrace.jobs.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhatIfTest {
  private static final Question QUESTION =
      new Question(OutputValue.parse("score"), 0.5, List.of(), "country", 2);

  @TempDir private Path folder;

  private static String record(int id, String country, Object score, int version) {
    return ("{\"key\":\"k%d\",\"fields\":{\"id\":%d,\"country\":%s},\"predictions\":{\"score\":[%s]},"
            + "\"model\":{\"name\":\"fraud\",\"version\":%d,\"digest\":\"sha256:%d\"}}")
        .formatted(id % 7, id, country, score, version, version);
  }

  private Path write(String name, List<String> lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, lines);
  }

  private Findings compare(List<String> base, List<String> other, Question question)
      throws IOException {
    return WhatIf.of(
        write("base/part-0", base).getParent().toUri(),
        write("other/part-0", other).getParent().toUri(),
        question);
  }

  // Of 1000 records: 40 become a yes, 15 are one no more, 60 stay one; the rest is a no and 0.01
  // less than it was. Ten are of neither of the large countries.
  private static String country(int id) {
    return id < 10 ? "null" : id % 4 == 0 ? "\"IT\"" : "\"DE\"";
  }

  private static double score(int id, boolean base) {
    if (id < 40) {
      return base ? 0.25 : 0.5;
    }
    if (id < 55) {
      return base ? 0.75 : 0.125;
    }
    return id < 115 ? 0.875 : base ? 0.25 : 0.125;
  }

  private static List<String> side(boolean base) {
    List<String> records = new ArrayList<>();
    for (int id = 0; id < 1000; id++) {
      records.add(record(id, country(id), score(id, base), base && id < 600 ? 1 : 2));
    }
    return records;
  }

  @Test
  void of_joinedByAFieldOfAnyName_pairsRecords() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int id = 0; id < 5; id++) {
      lines.add(record(id, "\"DE\"", 0.5, 1).replace("\"country\"", "\"source\""));
    }
    Question question =
        new Question(OutputValue.parse("score"), 0.5, List.of("id", "source"), null, 2);

    assertThat(compare(lines, lines, question).total().pairs()).isEqualTo(5);
  }

  @Test
  void of_outputsOfKnownDifferences_countsThem() throws Exception {
    List<String> base = side(true);
    List<String> other = side(false);
    base.remove(999);
    other.removeAll(List.of(other.get(500), other.get(501)));
    Collections.shuffle(other, new Random(7));

    Findings found = compare(base, other, QUESTION);

    Tally total = found.total();
    assertThat(total.pairs()).isEqualTo(997);
    assertThat(total.decided(false, true)).isEqualTo(40);
    assertThat(total.decided(true, false)).isEqualTo(15);
    assertThat(total.decided(true, true)).isEqualTo(60);
    assertThat(total.decided(false, false)).isEqualTo(882);
    assertThat(total.identical()).isEqualTo(60);
    assertThat(total.mean()).isCloseTo((40 * 0.25 - 15 * 0.625 - 882 * 0.125) / 997, within(1e-12));
    assertThat(total.largest()).isEqualTo(0.625);
    assertThat(found.joined()).isEqualTo(new Findings.Joined(0, 0, 2, 1));
    assertThat(found.spread())
        .isEqualTo(
            new Findings.Quantiles(-0.625, -0.625, -0.125, -0.125, -0.125, -0.125, 0, 0.25, 0.25));
    assertThat(found.scorers())
        .extracting(it -> it.base() + " " + it.other() + " " + it.tally().pairs())
        .containsExactly("fraud/1 fraud/2 598", "fraud/2 fraud/2 399");
    assertThat(found.base().scorers())
        .contains(new Side.Scored(new Scorer("fraud", "1", "sha256:1"), 600));
  }

  @Test
  void of_aField_hasALineForItsMostFrequentValuesAndOneForTheRest() throws Exception {
    Findings found = compare(side(true), side(false), QUESTION);
    assertThat(found.slices())
        .extracting(it -> it.label() + " " + it.tally().pairs() + " " + it.tally().changed())
        // Of the 45 records from 10 to 54, those from 12 to 52 in steps of 4 are of IT.
        .containsExactly("DE 743 34", "IT 247 11", "other (1 values) 10 10");
  }

  @Test
  void of_aFieldOfManyNumbers_hasRangesOfThem() throws Exception {
    Question question = new Question(QUESTION.value(), 0.5, List.of(), "id", 4);
    Findings found = compare(side(true), side(false), question);
    assertThat(found.slices())
        .extracting(it -> it.label() + " " + it.tally().pairs() + " " + it.tally().changed())
        .containsExactly(
            "below 250 250 55", "250 to 500 250 0", "500 to 750 250 0", "750 and more 250 0");
  }

  @Test
  void of_plots_haveEveryPairOnce() throws Exception {
    PlotData plots = compare(side(true), side(false), QUESTION).plots();
    assertThat(plots.cells().stream().mapToLong(cell -> cell[2]).sum()).isEqualTo(1000);
    PlotData.Spread spread = plots.differences();
    assertThat(spread.bins().stream().mapToLong(Long::longValue).sum()).isEqualTo(1000);
    assertThat(spread.bins().get(spread.bins().size() / 2)).isEqualTo(60);
    for (PlotData.AtThreshold at : plots.thresholds()) {
      double t = at.threshold();
      long newly = (t > 0.25 && t <= 0.5) ? 40 : 0;
      long nomore = (t > 0.125 && t <= 0.75 ? 15 : 0) + (t > 0.125 && t <= 0.25 ? 885 : 0);
      assertThat(List.of(at.newly(), at.nomore())).as("at %s", t).containsExactly(newly, nomore);
      assertThat(at.other() - at.base()).isEqualTo(newly - nomore);
    }
  }

  @Test
  void of_largestDifferences_areNamedWithTheirPlaces() throws Exception {
    List<String> other = side(false);
    other.set(700, record(700, country(700), 1, 2));
    Findings found = compare(side(true), other, QUESTION);
    assertThat(found.shown()).hasSize(LargestDifferences.LIMIT);
    assertThat(found.shown().get(0))
        .isEqualTo(
            new Findings.Shown(0.25, 1.0, "part-0:701", "k0", "{\"id\":700,\"country\":\"IT\"}"));
    assertThat(found.shown().subList(1, 16))
        .extracting(Findings.Shown::place)
        .startsWith("part-0:41", "part-0:42")
        .endsWith("part-0:55");
  }

  @Test
  void of_recordsOfOneKey_arePairedInTheOrderOfReading() throws Exception {
    List<String> base =
        List.of(record(1, "1", 0.1, 1), record(1, "1", 0.2, 1), record(2, "1", 0, 1));
    List<String> other =
        List.of(
            record(2, "1", 0, 2),
            record(1, "1", 0.1, 2),
            record(1, "1", 0.3, 2),
            record(1, "1", 0.9, 2));
    Findings found = compare(base, other, QUESTION);
    assertThat(found.joined()).isEqualTo(new Findings.Joined(2, 0, 0, 1));
    assertThat(found.total().identical()).isEqualTo(2);
    assertThat(found.total().largest()).isCloseTo(0.1, within(1e-9));
    Question byId = new Question(QUESTION.value(), 0.5, List.of("id"), null, 1);
    assertThat(compare(base.subList(1, 3), other.subList(0, 2), byId).joined())
        .isEqualTo(new Findings.Joined(0, 0, 0, 0));
  }

  @Test
  void of_numbersThatAreNone_countNowhereElse() throws Exception {
    List<String> base = List.of(record(1, "1", "\"NaN\"", 1), record(2, "1", 0.75, 1));
    List<String> other = List.of(record(1, "1", 0.5, 2), record(2, "1", "\"-Infinity\"", 2));
    Findings found = compare(base, other, QUESTION);
    assertThat(found.joined().notFinite()).isEqualTo(2);
    assertThat(found.total().pairs()).isZero();
    assertThat(WhatIfReport.html(found)).contains("No record has a number in both");
  }

  @Test
  void of_whatCannotBeCompared_saysWhereAndWhatIsThere() throws Exception {
    List<String> fine = List.of(record(1, "1", "0.5,0.25", 1));
    assertFails(
        fine,
        "part-0:1: no number score[2] in the predictions: expected an element of"
            + " 'score' of 2 numbers",
        new Question(OutputValue.parse("score:2"), 0.5, List.of(), null, 1));
    assertFails(
        fine, "that is the only one", new Question(OutputValue.ONLY, 0.5, List.of(), null, 1));
    assertFails(
        fine,
        "no card to be joined by; its fields are [id, country]",
        new Question(OutputValue.parse("score"), 0.5, List.of("card"), null, 1));
    assertFails(
        List.of("{\"key\":null,\"fields\":{},\"predictions\":{\"score\":1}}"),
        "neither key nor fields",
        QUESTION);
    assertFails(
        List.of("{\"key\":1,\"predictions\":{\"score\":1}}"), "expected a scored record", QUESTION);
    assertFails(List.of("{\"key\":}"), "part-0:1: expected a JSON object on a line", QUESTION);
  }

  private void assertFails(List<String> lines, String message, Question question) {
    assertThatThrownBy(() -> compare(lines, lines, question))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }

  @Test
  void report_ofKnownDifferences_showsThemInItsTables() throws Exception {
    String html = WhatIfReport.html(compare(side(true), side(false), QUESTION));

    // Of the 40 and 15 whose decision changes, 23 and 11 are of DE, and 45 of the 60 that stay.
    assertThat(html)
        .containsPattern(
            "<tr><th>DE</th><td>743</td><td class=\"bar\"><span style=\"width: 4\\.576[0-9]*%\">"
                + "</span></td><td>4\\.58%</td><td>23</td><td>11</td><td>7\\.54%</td>"
                + "<td>9\\.15%</td><td>-0\\.1132</td><td>0\\.1287</td></tr>");
    assertThat(html)
        .contains(
            "<dt>least</dt><dd>-0.6250</dd>",
            "<dt>median</dt><dd>-0.1250</dd>",
            "<dt>most</dt><dd>+0.2500</dd>");
    assertThat(html)
        .contains(
            "<tr><th>base: no</th><td class=\"newly\"><b>40</b><span>4.00%</span>"
                + "<small>newly</small></td><td class=\"\"><b>885</b><span>88.5%</span>");
  }

  @Test
  void report_ofTextsThatAreMarkup_showsThemAsTheyAre() throws Exception {
    String text = "\"</script><script>alert(1)</script><!--\"";
    List<String> base = List.of(record(1, text, 0.1, 1), record(2, text, 0.7, 1));
    List<String> other = List.of(record(1, text, 0.9, 2), record(2, text, 0.7, 2));
    Path report = folder.resolve("reports/what-if.html");

    WhatIf.Summary found =
        WhatIf.report(
            write("base.jsonl", base).toUri(),
            write("other.jsonl", other).toUri(),
            QUESTION,
            report);

    assertThat(found).isEqualTo(new WhatIf.Summary(2, 1, 0, 0));
    String html = Files.readString(report);
    assertThat(html)
        .contains("50.0% of the decisions change", "Every record on both sides", "sha256:1")
        .contains("&lt;script&gt;alert(1)")
        .doesNotContain("<script>alert", "{{")
        .doesNotContainPattern("(?i)(src|href)\\s*=\\s*[\"']?(https?:)?//")
        .doesNotContainPattern("(?i)@import|url\\(\\s*[\"']?(https?:)?//");
    String data = html.substring(html.indexOf("\"application/json\">") + 19);
    JsonNode plotted = new ObjectMapper().readTree(data.substring(0, data.indexOf("</script>")));
    assertThat(plotted.at("/threshold").doubleValue()).isEqualTo(0.5);
    assertThat(plotted.path("thresholds")).hasSizeGreaterThan(100);
  }
}
