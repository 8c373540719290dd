package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Retire;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.util.InstantiationUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelTimelineTest {
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

  private static Publish publish(long version, long sequence, Instant from) {
    return publish(version, sequence, from, digest(version));
  }

  private static Publish publish(
      long version, long sequence, Instant from, @Nullable String digest) {
    return new Publish(
        "fraud",
        version,
        URI.create("file:///models/fraud/" + version),
        digest,
        sequence,
        true,
        from);
  }

  private static String digest(long seed) {
    return "sha256:" + "%064x".formatted(seed);
  }

  private static @Nullable Long versionAt(ModelTimeline timeline, Instant time) {
    Publish found = timeline.at(time.toEpochMilli());
    return found == null ? null : Long.valueOf(found.version());
  }

  @Test
  void at_eachTime_isTheLastVersionThatBeganByThen() throws Exception {
    ModelTimeline timeline =
        ModelTimeline.of(
            "fraud", List.of(publish(1, 10, NOON), publish(2, 11, NOON.plusSeconds(60))));

    assertThat(versionAt(timeline, NOON.minusMillis(1))).isNull();
    assertThat(versionAt(timeline, NOON)).isEqualTo(1);
    assertThat(versionAt(timeline, NOON.plusMillis(59_999))).isEqualTo(1);
    assertThat(versionAt(timeline, NOON.plusSeconds(60))).isEqualTo(2);
    assertThat(timeline.at(Long.MAX_VALUE)).isEqualTo(publish(2, 11, NOON.plusSeconds(60)));
    assertThat(timeline.at(Long.MIN_VALUE)).isNull();
  }

  @Test
  void at_withoutAnyVersion_isNone() {
    ModelTimeline timeline = ModelTimeline.empty("fraud");
    assertThat(timeline.at(0)).isNull();
    assertThat(timeline.periods()).isEmpty();
    assertThat(timeline.validFrom(0)).isEmpty();
  }

  @Test
  void at_withinAMillisecond_isNotValidBeforeItsMoment() throws Exception {
    ModelTimeline timeline =
        ModelTimeline.of(
            "fraud", List.of(publish(1, 1, NOON.plusNanos(1)), publish(2, 2, NOON.plusNanos(2))));
    assertThat(versionAt(timeline, NOON)).isNull();
    assertThat(versionAt(timeline, NOON.plusMillis(1))).isEqualTo(2);
  }

  @Test
  void at_withTimesOutOfAllBounds_staysInOrder() throws Exception {
    ModelTimeline timeline =
        ModelTimeline.of("fraud", List.of(publish(1, 2, Instant.MIN), publish(2, 1, Instant.MAX)));
    assertThat(timeline.at(0)).isEqualTo(publish(1, 2, Instant.MIN));
    assertThat(timeline.at(Long.MAX_VALUE)).isEqualTo(publish(2, 1, Instant.MAX));
    assertThat(timeline.at(Long.MIN_VALUE)).as("no timestamp").isNull();
  }

  @Test
  void with_aLaterCommandForTheSameTime_decides() throws Exception {
    Publish wrong = publish(2, 11, NOON);
    Publish instead = publish(1, 12, NOON);
    assertThat(versionAt(ModelTimeline.of("fraud", List.of(instead, wrong)), NOON)).isEqualTo(1);
    assertThat(versionAt(ModelTimeline.of("fraud", List.of(wrong, instead)), NOON)).isEqualTo(1);
  }

  @Test
  void with_anEarlierVersionAnew_rollsBackFromThenOn() throws Exception {
    ModelTimeline timeline =
        ModelTimeline.of(
            "fraud",
            List.of(
                publish(1, 1, NOON),
                publish(2, 2, NOON.plusSeconds(10)),
                publish(1, 3, NOON.plusSeconds(20))));
    assertThat(versionAt(timeline, NOON.plusSeconds(9))).isEqualTo(1);
    assertThat(versionAt(timeline, NOON.plusSeconds(19))).as("the past stays").isEqualTo(2);
    assertThat(versionAt(timeline, NOON.plusSeconds(20))).isEqualTo(1);
    assertThat(timeline.at(NOON.toEpochMilli()))
        .as("one version is one object")
        .isSameAs(timeline.at(NOON.plusSeconds(20).toEpochMilli()));
  }

  @Test
  void with_aVersionThatMoved_isHadFromWhereItIsNow() throws Exception {
    Publish before = publish(1, 1, NOON);
    Publish moved =
        new Publish("fraud", 1, URI.create("s3://archive/fraud/1"), digest(1), 2, true, NOON);
    ModelTimeline timeline = ModelTimeline.of("fraud", List.of(before, moved));
    assertThat(timeline.at(NOON.toEpochMilli())).isEqualTo(moved);
    assertThat(timeline.conflicting()).isEmpty();
  }

  @Test
  void with_aDigestThatIsKnownOnce_countsForTheVersion() throws Exception {
    ModelTimeline timeline =
        ModelTimeline.of(
            "fraud",
            List.of(publish(1, 1, NOON), publish(1, 2, NOON.plusSeconds(5), /* digest= */ null)));
    assertThat(timeline.periods())
        .extracting(period -> period.version().digest())
        .containsExactly(digest(1), digest(1));
  }

  @Test
  void with_aKnownVersionOfOtherBytes_isWithoutEffect() throws Exception {
    Publish other = publish(1, 2, NOON.plusSeconds(5), digest(7));
    ModelTimeline timeline = ModelTimeline.of("fraud", List.of(other, publish(1, 1, NOON)));
    assertThat(timeline.conflicting()).containsExactly(other);
    assertThat(timeline.contradicts(publish(1, 3, NOON, digest(7)))).isTrue();
    assertThat(timeline.contradicts(publish(1, 3, NOON))).isFalse();
    assertThat(timeline.contradicts(publish(2, 3, NOON, digest(7)))).isFalse();
    assertThat(timeline.entries()).hasSize(2);
    assertThat(timeline.at(Long.MAX_VALUE)).isEqualTo(publish(1, 1, NOON));
  }

  @Test
  void with_aSequenceOfOtherContent_isConflict() throws Exception {
    ModelTimeline timeline = ModelTimeline.of("fraud", List.of(publish(1, 1, NOON)));
    assertThatThrownBy(() -> timeline.with(publish(2, 1, NOON)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.CONFLICT))
        .hasMessageContaining("sequence 1 of 'fraud' is known as");
    assertThat(timeline.with(publish(1, 1, NOON))).isSameAs(timeline);
  }

  @Test
  void with_whatIsNoEntry_isRefused() {
    ModelTimeline timeline = ModelTimeline.empty("fraud");
    Publish untimed = new Publish("fraud", 1, URI.create("file:///models/1"), null, 1, true, null);
    Publish inactive =
        new Publish("fraud", 1, URI.create("file:///models/1"), null, 1, false, NOON);
    Publish other = new Publish("spam", 1, URI.create("file:///models/1"), null, 1, true, NOON);
    for (Publish publish : List.of(untimed, inactive, other)) {
      assertThatThrownBy(() -> timeline.with(publish))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected an activating command for 'fraud' with effective-from");
    }
    assertThat(ModelTimeline.isEntry(untimed)).isFalse();
    assertThat(ModelTimeline.isEntry(new Retire("fraud", 1, 2))).isFalse();
  }

  @Test
  void with_oneCommandTooMany_isRefused() throws Exception {
    List<Publish> most = new ArrayList<>();
    for (int i = 0; i < ModelTimeline.MAX_ENTRIES; i++) {
      most.add(publish(i, i, NOON.plusSeconds(i)));
    }
    ModelTimeline timeline = ModelTimeline.of("fraud", most);
    assertThat(timeline.periods()).hasSize(ModelTimeline.MAX_ENTRIES);
    assertThatThrownBy(() -> timeline.with(publish(1, 99_999, NOON)))
        .hasMessageContaining("expected up to 10000 commands");
  }

  @Test
  void validFrom_aWatermark_leavesOutWhatNoLaterRecordAsksFor() throws Exception {
    ModelTimeline timeline =
        ModelTimeline.of(
            "fraud",
            List.of(
                publish(1, 1, NOON),
                publish(2, 2, NOON.plusSeconds(10)),
                publish(3, 3, NOON.plusSeconds(20)),
                publish(2, 4, NOON.plusSeconds(30))));
    assertThat(timeline.validFrom(Long.MIN_VALUE))
        .extracting(Publish::version)
        .containsExactly(1L, 2L, 3L);
    assertThat(timeline.validFrom(NOON.plusSeconds(20).toEpochMilli()))
        .extracting(Publish::version)
        .containsExactly(3L, 2L);
    assertThat(timeline.validFrom(Long.MAX_VALUE)).extracting(Publish::version).containsExactly(2L);
  }

  @Test
  void anyTimeline_inAnyOrderWithRepetitions_saysTheSameAtEveryTime() throws Exception {
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      List<Publish> commands = commands(random);
      ModelTimeline whole = ModelTimeline.of("fraud", commands);
      List<Publish> shuffled = new ArrayList<>(commands);
      shuffled.addAll(commands.subList(0, commands.size() / 2));
      Collections.shuffle(shuffled, random);
      ModelTimeline grown = ModelTimeline.empty("fraud");
      for (Publish command : shuffled) {
        grown = grown.with(command);
      }
      assertThat(grown).as("seed %d", seed).isEqualTo(whole);
      assertThat(grown.periods()).as("seed %d", seed).isEqualTo(whole.periods());
      assertThat(grown.conflicting()).as("seed %d", seed).isEqualTo(whole.conflicting());
      for (long millis = -2; millis < 60; millis++) {
        Publish found = grown.at(millis);
        Publish expected = expected(commands, millis);
        if (!Objects.equals(found, expected)) {
          fail("seed %d, time %d: expected %s, got %s", seed, millis, expected, found);
        }
      }
    }
  }

  @Test
  void anyTimeline_splitInTwoAndJoined_isTheSame() throws Exception {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Publish> commands = commands(random);
      Collections.shuffle(commands, random);
      int cut = random.nextInt(commands.size() + 1);
      ModelTimeline left = ModelTimeline.of("fraud", commands.subList(0, cut));
      ModelTimeline right = ModelTimeline.of("fraud", commands.subList(cut, commands.size()));
      assertThat(left.withAll(right.entries()))
          .as("seed %d", seed)
          .isEqualTo(right.withAll(left.entries()));
    }
  }

  @Test
  void anyTimeline_validFrom_isWhatLaterTimesNameAndNoMore() throws Exception {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      ModelTimeline timeline = ModelTimeline.of("fraud", commands(random));
      long watermark = random.nextInt(60) - 2;
      Set<Publish> asked = new HashSet<>();
      for (long millis = watermark; millis < 60; millis++) {
        Publish found = timeline.at(millis);
        if (found != null) {
          asked.add(found);
        }
      }
      assertThat(timeline.validFrom(watermark)).as("seed %d", seed).isEqualTo(asked);
    }
  }

  /** Sequences in disorder, times that coincide, versions that return, digests that are missing. */
  private static List<Publish> commands(Random random) {
    List<Long> sequences = new ArrayList<>();
    for (long sequence = 0; sequence < 12; sequence++) {
      sequences.add(sequence);
    }
    Collections.shuffle(sequences, random);
    List<Publish> commands = new ArrayList<>();
    for (long sequence : sequences.subList(0, 1 + random.nextInt(12))) {
      long version = random.nextInt(5);
      String digest =
          switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> digest(99);
            default -> digest(version);
          };
      commands.add(publish(version, sequence, Instant.ofEpochMilli(random.nextInt(50)), digest));
    }
    return commands;
  }

  /** As slow and plain as can be: the rules read one after the other. */
  private static @Nullable Publish expected(List<Publish> commands, long millis) {
    TreeMap<Long, Publish> bySequence = new TreeMap<>();
    commands.forEach(command -> bySequence.put(command.sequence(), command));
    TreeMap<Long, Publish> newest = new TreeMap<>();
    List<Publish> accepted = new ArrayList<>();
    for (Publish command : bySequence.values()) {
      Publish known = newest.get(command.version());
      String digest = known == null ? null : known.digest();
      boolean same = digest == null || command.digest() == null || digest.equals(command.digest());
      if (same) {
        newest.put(
            command.version(), command.digest() == null ? command.withDigest(digest) : command);
        accepted.add(command);
      }
    }
    Publish best = null;
    for (Command command : accepted) {
      Publish publish = (Publish) command;
      Instant from = publish.effectiveFrom();
      if (from == null || from.toEpochMilli() > millis) {
        continue;
      }
      // Ascending sequences: of equal times, the last one that is met stays.
      if (best == null || !from.isBefore(best.effectiveFrom())) {
        best = publish;
      }
    }
    return best == null ? null : newest.get(best.version());
  }

  @Test
  void timeline_travelsWithAJob() throws Exception {
    ModelTimeline timeline = ModelTimeline.of("fraud", commands(new Random(1)));
    ModelTimeline copy = InstantiationUtil.clone(timeline);
    assertThat(copy).isEqualTo(timeline);
    assertThat(copy.periods()).isEqualTo(timeline.periods());
  }
}
