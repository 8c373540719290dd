package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void command_allParts_namesNone() {
    assertThat(Options.parse(List.of("--quick=false")).command())
        .isEqualTo("mvn -q -Pbench verify");
  }

  @Test
  void command_someParts_asksForThese() {
    assertThat(Options.parse(List.of("--quick=true", "--parts=loads,scan,loading")).command())
        .isEqualTo("mvn -q -Pbench -Dquick verify -Dbench.arguments=--parts=loading,loads,scan");
  }

  @Test
  void intraOpThreads_noPeersInTheParts_isThatOfATaskManager() {
    assertThat(Options.parse(List.of("--parts=replay,loading")).intraOpThreads()).isEqualTo(1);
    assertThat(Options.parse(List.of("--parts=replay,kafka")).intraOpThreads()).isZero();
  }
}
