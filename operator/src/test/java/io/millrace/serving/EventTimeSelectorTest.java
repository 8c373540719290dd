package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.serving.EventTimeSelector.Answer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventTimeSelectorTest {
  private static final int TIMELINES = 3_000;
  private static final int RECORDS = 40;

  static Publish publish(long version, long sequence, long fromMillis) {
    return new Publish(
        "fraud",
        version,
        URI.create("file:///models/fraud/" + version),
        "sha256:" + "%064x".formatted(version),
        sequence,
        true,
        Instant.ofEpochMilli(fromMillis));
  }

  private static ModelTimeline timeline(Publish... entries) throws ModelException {
    return ModelTimeline.of("fraud", List.of(entries));
  }

  private static EventTimeSelector following(EventTimeSelector selector, ModelTimeline timeline) {
    selector.follow(timeline);
    return selector;
  }

  private static @Nullable Long versionAt(EventTimeSelector selector, long time) {
    Answer answer = selector.at(time);
    Publish version = answer.version();
    return answer.refusal() != null || version == null ? null : Long.valueOf(version.version());
  }

  /** The last that began by then, the higher sequence of those for one time: word for word. */
  private static @Nullable Long expected(List<Publish> published, long time) {
    Publish last = null;
    for (Publish candidate : published) {
      long begin = from(candidate);
      if (begin <= time
          && (last == null
              || begin > from(last)
              || (begin == from(last) && candidate.sequence() > last.sequence()))) {
        last = candidate;
      }
    }
    return last == null ? null : Long.valueOf(last.version());
  }

  private static long from(Publish publish) {
    return Objects.requireNonNull(publish.effectiveFrom()).toEpochMilli();
  }

  @Test
  void at_sameRecordsInAnyOrderSplitAndParallelism_getTheSameVersion() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < TIMELINES; i++) {
      List<Publish> published = new ArrayList<>();
      int versions = 1 + random.nextInt(6);
      for (int sequence = 0; sequence < versions + 3; sequence++) {
        published.add(publish(1 + random.nextInt(versions), sequence, random.nextInt(100)));
      }
      List<Long> records = new ArrayList<>();
      for (int record = 0; record < RECORDS; record++) {
        records.add((long) random.nextInt(120) - 10);
      }
      int parallelism = 1 + random.nextInt(3);
      for (int subtask = 0; subtask < parallelism; subtask++) {
        int from = RECORDS * subtask / parallelism;
        int to = RECORDS * (subtask + 1) / parallelism;
        replay(published, records.subList(from, to), random);
      }
    }
  }

  // A subtask as the operator makes it: commands in any order and twice, the first of them before
  // the records; versions are loaded when they are asked for, and let go of for others.
  private static void replay(List<Publish> published, List<Long> records, Random random)
      throws ModelException {
    int maxHeld = 1 + random.nextInt(3);
    EventTimeSelector selector = EventTimeSelector.ofHistory(maxHeld);
    List<Publish> arriving = new ArrayList<>(published);
    arriving.addAll(published);
    Collections.shuffle(arriving, random);
    selector.follow(ModelTimeline.of("fraud", arriving));
    Set<Long> loaded = new HashSet<>();
    for (long record : records) {
      Answer answer = selector.at(record);
      Publish version = answer.version();
      Long wanted = expected(published, record);
      assertThat(version == null ? null : Long.valueOf(version.version())).isEqualTo(wanted);
      assertThat(answer.span().contains(record)).isTrue();
      assertThat(answer.refusal() == null).isEqualTo(wanted != null);
      if (version != null && wanted != null) {
        if (!loaded.contains(wanted)) {
          loaded.removeAll(selector.admit(version));
          loaded.add(wanted);
        }
        selector.used(wanted);
      }
      assertThat(loaded).hasSizeLessThanOrEqualTo(maxHeld).allMatch(selector::holds);
    }
  }

  @Test
  void at_wholeSpanOfTheAnswer_holdsTheSameVersion() throws Exception {
    List<Publish> published = List.of(publish(1, 1, 10), publish(2, 2, 20), publish(1, 3, 30));
    EventTimeSelector selector =
        following(EventTimeSelector.ofHistory(2), ModelTimeline.of("fraud", published));

    for (long time = 0; time < 40; time++) {
      ModelTimeline.Span span = selector.at(time).span();
      for (long other = 0; other < 40; other++) {
        if (span.contains(other)) {
          assertThat(versionAt(selector, other)).isEqualTo(expected(published, time));
        }
      }
    }
  }

  @Test
  void at_timelineWithAGap_saysWhereTheFirstVersionBegins() throws Exception {
    EventTimeSelector selector =
        following(EventTimeSelector.ofHistory(2), timeline(publish(7, 1, 1_000)));

    assertThat(selector.at(999).version()).isNull();
    assertThat(selector.at(999).refusal())
        .isEqualTo("no version of 'fraud' is valid before 1970-01-01T00:00:01Z, where 7 begins");
    assertThat(versionAt(selector, 1_000)).isEqualTo(7);
    selector.follow(ModelTimeline.empty("fraud"));
    assertThat(selector.at(1_000).refusal())
        .contains("no version of 'fraud' has an effective-from");
  }

  @Test
  void watermark_versionThatEndedLongAgo_isNotRetained() throws Exception {
    EventTimeSelector selector =
        following(
            EventTimeSelector.retaining(3, Duration.ofMillis(50)),
            timeline(publish(1, 1, 0), publish(2, 2, 100)));
    selector.admit(publish(1, 1, 0));

    assertThat(selector.watermark(149)).isFalse();
    assertThat(versionAt(selector, 99)).isEqualTo(1);
    assertThat(selector.dropUnneeded()).isEmpty();
    assertThat(selector.watermark(150)).isTrue();
    assertThat(versionAt(selector, 99)).isNull();
    assertThat(selector.at(99).refusal())
        .contains(
            "fraud/1, valid from 1970-01-01T00:00:00Z",
            "not retained",
            "the watermark is 50 ms or more past that");
    assertThat(selector.dropUnneeded()).containsExactly(1L);
    assertThat(selector.holds(1)).isFalse();
    assertThat(versionAt(selector, 100)).isEqualTo(2);
    assertThat(selector.watermark(120)).isFalse();
    assertThat(versionAt(selector, 99)).isNull();
  }

  @Test
  void watermark_versionThatComesAgain_isRetainedForItsEarlierTimeToo() throws Exception {
    EventTimeSelector selector =
        following(
            EventTimeSelector.retaining(3, Duration.ZERO),
            timeline(publish(1, 1, 0), publish(2, 2, 100), publish(1, 3, 200)));

    selector.watermark(150);

    assertThat(versionAt(selector, 50)).isEqualTo(1);
    selector.watermark(Long.MAX_VALUE);
    assertThat(versionAt(selector, 150)).isNull();
    assertThat(versionAt(selector, 250)).isEqualTo(1);
  }

  @Test
  void admit_moreThanMayBeHeld_letsGoOfWhatWasAskedForLongestAgo() throws Exception {
    EventTimeSelector selector =
        following(
            EventTimeSelector.ofHistory(2),
            timeline(publish(1, 1, 0), publish(2, 2, 10), publish(3, 3, 20)));

    assertThat(selector.admit(publish(1, 1, 0))).isEmpty();
    assertThat(selector.admit(publish(2, 2, 10))).isEmpty();
    selector.used(1);
    assertThat(selector.admit(publish(3, 3, 20))).containsExactly(2L);
    assertThat(selector.holds(1)).isTrue();
  }

  @Test
  void loaded_isNotAskedFor() throws Exception {
    EventTimeSelector selector =
        following(
            EventTimeSelector.ofHistory(2),
            timeline(publish(1, 1, 0), publish(2, 2, 10), publish(3, 3, 20)));
    selector.admit(publish(1, 1, 0));
    selector.admit(publish(2, 2, 10));
    selector.used(1);
    selector.loaded(publish(2, 2, 10));

    assertThat(selector.admit(publish(3, 3, 20))).containsExactly(2L);
  }

  @Test
  void ahead_liveStream_isTheNextVersionWhileThereIsRoom() throws Exception {
    EventTimeSelector selector =
        following(
            EventTimeSelector.retaining(2, Duration.ofMillis(10)),
            timeline(publish(1, 1, 0), publish(2, 2, 100), publish(3, 3, 200)));

    assertThat(selector.ahead()).isNull();
    selector.reached(0);
    assertThat(selector.present()).isEqualTo(publish(1, 1, 0));
    assertThat(selector.ahead()).isEqualTo(publish(1, 1, 0));
    selector.admit(publish(1, 1, 0));
    assertThat(selector.ahead()).isEqualTo(publish(2, 2, 100));
    selector.admit(publish(2, 2, 100));
    assertThat(selector.ahead()).isNull();
    selector.watermark(110);
    assertThat(selector.dropUnneeded()).containsExactly(1L);
    assertThat(selector.ahead()).isEqualTo(publish(3, 3, 200));
  }

  @Test
  void ahead_history_isNothing() throws Exception {
    EventTimeSelector selector =
        following(EventTimeSelector.ofHistory(2), timeline(publish(1, 1, 0)));
    selector.reached(5);

    assertThat(selector.ahead()).isNull();
    assertThat(selector.watermark(Long.MAX_VALUE)).isFalse();
    assertThat(versionAt(selector, 0)).isEqualTo(1);
  }

  @Test
  void failed_versionsRecords_areRefusedUntilItIsPublishedAnew() throws Exception {
    EventTimeSelector selector =
        following(
            EventTimeSelector.retaining(2, Duration.ZERO),
            timeline(publish(1, 1, 0), publish(2, 2, 100)));
    selector.admit(publish(2, 2, 100));
    selector.failed(publish(2, 2, 100), "LOAD_FAILED no graph");

    assertThat(versionAt(selector, 99)).isEqualTo(1);
    assertThat(selector.at(100).refusal())
        .isEqualTo(
            "fraud/2, valid from 1970-01-01T00:00:00.100Z, cannot be loaded: LOAD_FAILED no graph");
    assertThat(selector.holds(2)).isFalse();
    selector.forgetFailure(2);
    assertThat(versionAt(selector, 100)).isEqualTo(2);
  }

  @Test
  void failed_publishedAnewMeanwhile_isTriedAgain() throws Exception {
    EventTimeSelector selector =
        following(EventTimeSelector.retaining(2, Duration.ZERO), timeline(publish(1, 1, 100)));
    selector.admit(publish(1, 1, 100));
    selector.forgetFailure(1);
    selector.follow(timeline(publish(1, 1, 100), publish(1, 2, 100)));
    selector.failed(publish(1, 1, 100), "LOAD_FAILED no graph");

    assertThat(selector.holds(1)).isFalse();
    assertThat(versionAt(selector, 100)).isEqualTo(1);
    selector.reached(100);
    assertThat(selector.ahead()).isEqualTo(publish(1, 2, 100));
  }

  @Test
  void dropUnneeded_versionThatIsKnownWithOtherBytes_isDropped() throws Exception {
    EventTimeSelector selector =
        following(EventTimeSelector.ofHistory(2), timeline(publish(1, 5, 0)));
    selector.admit(publish(1, 5, 0));
    Publish before = publish(1, 4, 0).withDigest("sha256:" + "f".repeat(64));

    selector.follow(timeline(publish(1, 5, 0), before));

    assertThat(selector.dropUnneeded()).containsExactly(1L);
  }
}
