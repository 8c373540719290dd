package io.millrace.jobs.whatif;

import io.millrace.jobs.compare.OutputLines;
import io.millrace.jobs.report.HtmlPage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * What would have been decided otherwise: two outputs joined record by record, as one HTML file.
 *
 * <pre>{@code
 * WhatIf.Summary found =
 *     WhatIf.report(base, other, new Question(OutputValue.ONLY, 0.5, List.of(), null, 12), file);
 * }</pre>
 *
 * <p>Reads each output twice. Rows of {@value Row#BYTES} bytes a record lie in the folder for
 * temporary files meanwhile, of which a part in {@value SpilledRows#PARTITIONS} is in memory: half
 * a byte a record.
 */
public final class WhatIf {
  private static final double[] SHARES = {0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1};

  /** How many differences in a thousand may lie beyond the plot, on either side. */
  private static final double BEYOND = 0.005;

  private final URI base;
  private final URI other;
  private final Question question;
  private final Path folder;
  private final SliceValues values = new SliceValues();

  /**
   * What it amounts to.
   *
   * @param pairs records that both outputs have, with a number each
   * @param changed those of them that are decided otherwise
   */
  public record Summary(long pairs, long changed, long onlyBase, long onlyOther) {}

  private WhatIf(URI base, URI other, Question question, Path folder) {
    this.base = base;
    this.other = other;
    this.question = question;
    this.folder = folder;
  }

  /**
   * Compares and writes the report.
   *
   * @param base a file of JSON lines, or a folder of such files, on any file system that Flink
   *     reads
   * @param other likewise
   * @param file of the report, which is replaced
   * @throws IOException if an output cannot be read, a record lacks what is asked for, or the
   *     report cannot be written; the message says where
   */
  public static Summary report(URI base, URI other, Question question, Path file)
      throws IOException {
    Findings found = of(base, other, question);
    HtmlPage.write(file, WhatIfReport.html(found));
    Findings.Joined joined = found.joined();
    return new Summary(
        found.total().pairs(), found.total().changed(), joined.onlyBase(), joined.onlyOther());
  }

  /**
   * Refuses an output of which there can be no report, by its first record.
   *
   * @throws IOException if it is no scored record, has nothing that it can be joined by, or not the
   *     number that is asked for; the message says where
   */
  public static void require(URI output, Question question) throws IOException {
    OutputLines.at(output)
        .readFirst(
            (file, number, line) -> {
              RecordJson record = RecordJson.of(file, number, line);
              record.identity(question);
              record.value(question.value());
              record.scorer();
            });
  }

  static Findings of(URI base, URI other, Question question) throws IOException {
    Path folder = Files.createTempDirectory("millrace-what-if");
    try {
      return new WhatIf(base, other, question, folder).findings();
    } finally {
      FileUtils.deleteDirectory(folder.toFile());
    }
  }

  private Findings findings() throws IOException {
    OutputLines baseLines = OutputLines.at(base);
    OutputLines otherLines = OutputLines.at(other);
    SpilledRows baseRows = new SpilledRows(folder, "base");
    Side baseSide = read(base, baseLines, baseRows, values);
    SpilledRows otherRows = new SpilledRows(folder, "other");
    Side otherSide = read(other, otherLines, otherRows, null);
    SliceRanges ranges =
        values.isRanged(question.slices()) ? values.ranges(Math.min(10, question.slices())) : null;
    NumberPairs numbers = new NumberPairs(folder.resolve("pairs"));
    PairFindings pairs = new PairFindings(question, numbers, ranges);
    long repeated;
    try (numbers) {
      repeated = RowJoin.run(baseRows, otherRows, pairs);
    }
    boolean any = pairs.total().pairs() > 0;
    PlotData plots = any ? plots(pairs, numbers) : null;
    return new Findings(
        question,
        baseSide,
        otherSide,
        pairs.joined(repeated),
        pairs.total(),
        pairs.slices(values),
        pairs.scorers(baseSide, otherSide),
        any ? quantiles(pairs.differences()) : null,
        plots,
        ShownRecords.of(pairs, baseLines, otherLines));
  }

  private Side read(URI location, OutputLines lines, SpilledRows rows, @Nullable SliceValues slices)
      throws IOException {
    try (rows) {
      SideReader reader = new SideReader(question, rows, slices);
      lines.read(reader);
      return reader.side(location.toString());
    }
  }

  private PlotData plots(PairFindings pairs, NumberPairs numbers) throws IOException {
    FloatQuantiles differences = pairs.differences();
    for (double share : SHARES) {
      differences.want(share);
    }
    PlotData.Counter counter = new PlotData.Counter(pairs.axis(), reach(pairs));
    numbers.read(
        (left, right) -> {
          counter.pair(left, right);
          differences.refine(right - left);
        });
    return counter.data(question.threshold());
  }

  // So that a few that are far out do not make one bar of all the others.
  private static double reach(PairFindings pairs) {
    FloatQuantiles differences = pairs.differences();
    double reach =
        Math.max(
            Math.abs(differences.estimate(BEYOND)), Math.abs(differences.estimate(1 - BEYOND)));
    return reach > 0 ? Math.min(reach, pairs.total().largest()) : pairs.total().largest();
  }

  private static Findings.Quantiles quantiles(FloatQuantiles of) {
    return new Findings.Quantiles(
        of.quantile(0),
        of.quantile(0.01),
        of.quantile(0.05),
        of.quantile(0.25),
        of.quantile(0.5),
        of.quantile(0.75),
        of.quantile(0.95),
        of.quantile(0.99),
        of.quantile(1));
  }
}
