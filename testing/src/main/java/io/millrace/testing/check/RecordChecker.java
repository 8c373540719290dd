package io.millrace.testing.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Holds a job's output against its source, record by record.
 *
 * <pre>{@code
 * CheckReport report = RecordChecker.check(sources, outputs, output -> output.version() == 2L);
 * assertThat(report.isClean()).as(report.toString()).isTrue();
 * }</pre>
 *
 * <p>Outputs of several topics, such as predictions and dead letters, are given together: a record
 * must be in one of them, once. Order is checked within each partition of each output topic.
 */
public final class RecordChecker {
  private final Set<SourcePosition> sources;
  private final Predicate<Observation> versionRule;
  private final Set<SourcePosition> seen = new HashSet<>();
  private final Map<Lane, Observation> latest = new HashMap<>();
  private final List<Observation> duplicated = new ArrayList<>();
  private final List<Observation> misordered = new ArrayList<>();
  private final List<Observation> unexpected = new ArrayList<>();
  private final List<Observation> wrongVersion = new ArrayList<>();

  /** One source partition on its way into one output topic: what has an order. */
  private record Lane(String sourceTopic, int sourcePartition, String outputTopic) {
    static Lane of(Observation output) {
      return new Lane(output.source().topic(), output.source().partition(), output.topic());
    }
  }

  private RecordChecker(Set<SourcePosition> sources, Predicate<Observation> versionRule) {
    this.sources = sources;
    this.versionRule = versionRule;
  }

  /**
   * @param sources every record of the source
   * @param outputs every output record, in any order: their offsets tell it
   * @param versionRule whether an output bears a version that may have scored it
   */
  public static CheckReport check(
      Collection<SourcePosition> sources,
      Collection<Observation> outputs,
      Predicate<Observation> versionRule) {
    RecordChecker checker = new RecordChecker(new TreeSet<>(sources), versionRule);
    outputs.stream()
        .sorted(
            Comparator.comparing(Observation::topic)
                .thenComparingInt(Observation::partition)
                .thenComparingLong(Observation::offset))
        .forEach(checker::observe);
    return checker.report(outputs.size());
  }

  private void observe(Observation output) {
    if (!sources.contains(output.source())) {
      unexpected.add(output);
      return;
    }
    if (!seen.add(output.source())) {
      duplicated.add(output);
      return;
    }
    if (!versionRule.test(output)) {
      wrongVersion.add(output);
    }
    Observation before = latest.putIfAbsent(Lane.of(output), output);
    if (before == null) {
      return;
    }
    if (before.partition() == output.partition()
        && before.source().offset() < output.source().offset()) {
      latest.put(Lane.of(output), output);
    } else {
      misordered.add(output);
    }
  }

  private CheckReport report(int outputs) {
    List<SourcePosition> lost = sources.stream().filter(source -> !seen.contains(source)).toList();
    return new CheckReport(
        sources.size(), outputs, lost, duplicated, misordered, unexpected, wrongVersion);
  }
}
