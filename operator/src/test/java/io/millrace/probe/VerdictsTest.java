package io.millrace.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.probe.Verdicts.Key;
import io.millrace.probe.Verdicts.Verdict;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class VerdictsTest {
  private final Verdicts verdicts = new Verdicts(2);
  private final AtomicInteger probes = new AtomicInteger();

  private static Key key(String digest, int timeoutSeconds) {
    return new Key(digest, Probed.settings(Duration.ofSeconds(timeoutSeconds)));
  }

  private Verdicts.Answer ask(Key key, Verdict verdict) throws Exception {
    return verdicts.of(
        key,
        () -> {
          probes.incrementAndGet();
          return verdict;
        });
  }

  @Test
  void knownVerdict_goodOrBad_isGivenAgainWithoutAProbe() throws Exception {
    assertThat(ask(key("bad", 1), Verdict.failed("died")).fresh()).isTrue();
    assertThat(ask(key("good", 1), Verdict.passed()).fresh()).isTrue();
    Verdicts.Answer again = ask(key("bad", 1), Verdict.passed());
    assertThat(again.fresh()).isFalse();
    assertThat(again.verdict().failure()).isEqualTo("died");
    assertThat(ask(key("good", 1), Verdict.failed("died")).verdict().failure()).isNull();
    assertThat(probes).hasValue(2);
  }

  @Test
  void otherSettings_areAnotherQuestion() throws Exception {
    ask(key("slow", 1), Verdict.failed("timeout"));
    assertThat(ask(key("slow", 60), Verdict.passed()).verdict().failure()).isNull();
    assertThat(probes).hasValue(2);
  }

  @Test
  void oldestVerdict_makesRoom() throws Exception {
    ask(key("a", 1), Verdict.passed());
    ask(key("b", 1), Verdict.passed());
    ask(key("c", 1), Verdict.passed());
    assertThat(ask(key("c", 1), Verdict.passed()).fresh()).isFalse();
    assertThat(ask(key("a", 1), Verdict.passed()).fresh()).isTrue();
  }

  @Test
  void probeWithoutAVerdict_isTriedAgain() throws Exception {
    Assertions.assertThrows(
        ModelException.class,
        () ->
            verdicts.of(
                key("a", 1),
                () -> {
                  throw new ModelException(ModelReason.PROBE_FAILED, "no JVM to be had");
                }));
    assertThat(ask(key("a", 1), Verdict.passed()).fresh()).isTrue();
  }
}
