package io.millrace.testing.check;

import java.util.List;

/**
 * What is wrong with a job's output.
 *
 * @param sources how many records the source had
 * @param outputs how many output records there are
 * @param lost source records without an output
 * @param duplicated outputs of a source record beyond its first
 * @param misordered outputs that come after one of a later record of the same source partition, or
 *     that lie in another partition of the topic than the first of their source partition
 * @param unexpected outputs of records that the source does not have
 * @param wrongVersion outputs whose version breaks the rule
 */
public record CheckReport(
    int sources,
    int outputs,
    List<SourcePosition> lost,
    List<Observation> duplicated,
    List<Observation> misordered,
    List<Observation> unexpected,
    List<Observation> wrongVersion) {
  private static final int SHOWN = 5;

  public CheckReport {
    lost = List.copyOf(lost);
    duplicated = List.copyOf(duplicated);
    misordered = List.copyOf(misordered);
    unexpected = List.copyOf(unexpected);
    wrongVersion = List.copyOf(wrongVersion);
  }

  /** Nothing is wrong. */
  public boolean isClean() {
    return lost.isEmpty()
        && duplicated.isEmpty()
        && misordered.isEmpty()
        && unexpected.isEmpty()
        && wrongVersion.isEmpty();
  }

  /** One line: the counts, and the first few of each kind. */
  @Override
  public String toString() {
    return "sources "
        + sources
        + ", outputs "
        + outputs
        + count(", lost ", lost)
        + count(", duplicated ", duplicated)
        + count(", misordered ", misordered)
        + count(", unexpected ", unexpected)
        + count(", wrong version ", wrongVersion);
  }

  private static String count(String label, List<?> items) {
    String shown = items.isEmpty() ? "" : " " + items.subList(0, Math.min(SHOWN, items.size()));
    return label + items.size() + shown;
  }
}
