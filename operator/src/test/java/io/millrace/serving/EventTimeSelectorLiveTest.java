package io.millrace.serving;

import static io.millrace.serving.EventTimeSelectorTest.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.serving.EventTimeSelector.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The subtasks of a live job: commands, records and watermarks by turns, as its operator calls. */
class EventTimeSelectorLiveTest {
  private static final int TIMELINES = 1_000;
  private static final int RECORDS = 60;
  private static final int END = 100;
  private static final int OUT_OF_ORDERNESS = 5;

  private final long seed = Long.getLong("millrace.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private int lateAndScored;
  private int lateAndReleased;

  /** A record of a time, and when it comes. */
  private record Arrival(long time, long at) {}

  @Test
  void at_sharesOfAStreamAndCommandsOnTheWay_isTheTimelinesAnswerWhileItIsRetained()
      throws Exception {
    System.out.println("seed " + seed);
    for (int i = 0; i < TIMELINES; i++) {
      List<Publish> published = new ArrayList<>();
      int versions = 1 + random.nextInt(6);
      for (int sequence = 0; sequence < versions + 3; sequence++) {
        published.add(publish(1 + random.nextInt(versions), sequence, random.nextInt(END)));
      }
      List<Arrival> records = new ArrayList<>();
      for (int record = 0; record < RECORDS; record++) {
        records.add(arrival());
      }
      boolean inTime = random.nextBoolean();
      int maxHeld = 1 + random.nextInt(3);
      int retention = random.nextInt(40);
      int parallelism = 1 + random.nextInt(3);
      for (int subtask = 0; subtask < parallelism; subtask++) {
        List<Arrival> share =
            records.subList(RECORDS * subtask / parallelism, RECORDS * (subtask + 1) / parallelism);
        new Subtask(published, inTime, maxHeld, retention).run(share);
      }
    }
    assertThat(lateAndScored).isGreaterThan(TIMELINES);
    assertThat(lateAndReleased).isGreaterThan(TIMELINES);
  }

  private Arrival arrival() {
    long time = random.nextInt(END + 10) - 10L;
    int delay = List.of(OUT_OF_ORDERNESS, OUT_OF_ORDERNESS, 30, END).get(random.nextInt(4));
    return new Arrival(time, time + random.nextInt(delay));
  }

  private final class Subtask {
    private final ModelTimeline complete;
    private final List<Publish> published;
    private final boolean inTime;
    private final int maxHeld;
    private final int retention;
    private final EventTimeSelector selector;
    private final Set<Long> loaded = new HashSet<>();
    private ModelTimeline known = ModelTimeline.empty("fraud");
    private long watermark = Long.MIN_VALUE;
    private long newest = Long.MIN_VALUE;
    private @Nullable Answer last;

    /**
     * @param inTime whether each command comes before the first record of its time
     */
    Subtask(List<Publish> published, boolean inTime, int maxHeld, int retention)
        throws ModelException {
      this.complete = ModelTimeline.of("fraud", published);
      this.published = published;
      this.inTime = inTime;
      this.maxHeld = maxHeld;
      this.retention = retention;
      this.selector = EventTimeSelector.retaining(maxHeld, Duration.ofMillis(retention));
    }

    void run(List<Arrival> share) throws ModelException {
      List<Long> records =
          share.stream().sorted(Comparator.comparingLong(Arrival::at)).map(Arrival::time).toList();
      Map<Integer, List<Publish>> commands = commands(records);
      selector.follow(known);
      long reached = Long.MIN_VALUE;
      for (int i = 0; i < records.size(); i++) {
        for (Publish command : commands.getOrDefault(i, List.of())) {
          accept(command);
        }
        record(records.get(i));
        reached = Math.max(reached, records.get(i));
        if (random.nextInt(3) == 0) {
          watermark(reached - OUT_OF_ORDERNESS);
        }
      }
    }

    /** Each comes twice, in any order, before the record of this number. */
    private Map<Integer, List<Publish>> commands(List<Long> records) {
      Map<Integer, List<Publish>> commands = new HashMap<>();
      List<Publish> twice = new ArrayList<>(published);
      twice.addAll(published);
      Collections.shuffle(twice, random);
      for (Publish command : twice) {
        long from = Objects.requireNonNull(command.effectiveFrom()).toEpochMilli();
        int before = 0;
        while (before < records.size() - 1 && (!inTime || records.get(before) < from)) {
          before++;
        }
        commands
            .computeIfAbsent(random.nextInt(before + 1), ignored -> new ArrayList<>())
            .add(command);
      }
      return commands;
    }

    private void accept(Publish command) throws ModelException {
      ModelTimeline extended = known.with(command);
      if (extended != known) {
        known = extended;
        selector.forgetFailure(command.version());
        selector.follow(known);
        letGoOfUnneeded();
        loadAhead();
      }
    }

    private void watermark(long time) {
      if (time > watermark) {
        watermark = time;
        if (selector.watermark(time)) {
          letGoOfUnneeded();
        }
        loadAhead();
      }
    }

    private void record(long time) {
      Answer answer = last;
      if (answer == null || !answer.span().contains(time)) {
        answer = selector.at(time);
      }
      Publish wanted = known.at(time);
      boolean scores = wanted != null && isRetained(wanted);
      assertThat(answer.version()).isEqualTo(wanted);
      assertThat(answer.span().contains(time)).isTrue();
      assertThat(answer.refusal() == null)
          .as("%d at %d: %s", time, watermark, known)
          .isEqualTo(scores);
      if (inTime) {
        assertThat(number(wanted)).isEqualTo(number(complete.at(time)));
      }
      if (time <= watermark && wanted != null) {
        lateAndScored += scores ? 1 : 0;
        lateAndReleased += scores ? 0 : 1;
      }
      last = answer;
      if (scores) {
        use(wanted, answer.span().from());
      }
    }

    /** Whether a record may still come that asks for it and is not behind the retention. */
    private boolean isRetained(Publish version) {
      long from = watermark == Long.MIN_VALUE ? Long.MIN_VALUE : watermark - retention;
      for (long time = Math.max(from, -10); time <= Math.max(from, END); time++) {
        if (Objects.equals(number(known.at(time)), version.version())) {
          return true;
        }
      }
      return false;
    }

    private void use(Publish version, long from) {
      if (!loaded.contains(version.version())) {
        load(version);
      }
      selector.used(version.version());
      selector.reached(from);
      if (from > newest) {
        newest = from;
        loadAhead();
      }
    }

    private void load(Publish version) {
      loaded.removeAll(selector.admit(version));
      loaded.add(version.version());
      selector.loaded(version);
      assertThat(loaded).hasSizeLessThanOrEqualTo(maxHeld).allMatch(selector::holds);
    }

    private void loadAhead() {
      for (Publish next = selector.ahead(); next != null; next = selector.ahead()) {
        assertThat(isRetained(next)).as("%s at %d: %s", next, watermark, known).isTrue();
        load(next);
      }
    }

    private void letGoOfUnneeded() {
      last = null;
      loaded.removeAll(selector.dropUnneeded());
      for (long version : loaded) {
        assertThat(selector.holds(version)).isTrue();
      }
    }
  }

  private static @Nullable Long number(@Nullable Publish version) {
    return version == null ? null : Long.valueOf(version.version());
  }
}
