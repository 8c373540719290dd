package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecentCommandsTest {
  private final RecentCommands recent = new RecentCommands();

  private static Command command(long sequence) {
    return new Activate("m", 1, sequence);
  }

  @Test
  void add_knownSequence_isNoNewsAndKeepsTheFirst() {
    assertThat(recent.add(command(3))).isTrue();
    assertThat(recent.add(command(1))).isTrue();
    assertThat(recent.add(new Activate("m", 2, 3))).isFalse();
    assertThat(recent.all()).isEqualTo(List.of(command(1), command(3)));
  }

  @Test
  void add_moreThanAreKept_keepsTheHighestSequences() {
    LongStream.rangeClosed(1, RecentCommands.MAX).forEach(n -> recent.add(command(n)));
    assertThat(recent.add(command(0))).isFalse();
    assertThat(recent.add(command(RecentCommands.MAX + 1))).isTrue();
    assertThat(recent.all())
        .isEqualTo(
            LongStream.rangeClosed(2, RecentCommands.MAX + 1)
                .mapToObj(RecentCommandsTest::command)
                .toList());
  }
}
