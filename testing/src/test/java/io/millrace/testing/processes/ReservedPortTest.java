package io.millrace.testing.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReservedPortTest {
  @Test
  void reserve_whileOthersAreHeld_neverGivesOneTwice() throws Exception {
    List<ReservedPort> held = new ArrayList<>();
    Set<Integer> numbers = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      held.add(ReservedPort.reserve());
      numbers.add(held.get(i).number());
    }
    for (ReservedPort port : held) {
      port.close();
    }
    assertThat(numbers).hasSize(300);
  }

  @Test
  void reserve_onePort_refusesItWhileHeldOrListenedTo() throws Exception {
    int number;
    try (ReservedPort held = ReservedPort.reserve()) {
      number = held.number();
      assertThatThrownBy(() -> ReservedPort.reserve(number)).isInstanceOf(BindException.class);
    }
    try (ServerSocket server = new ServerSocket(number, 1, InetAddress.getLoopbackAddress())) {
      assertThat(server.isBound()).isTrue();
      assertThatThrownBy(() -> ReservedPort.reserve(number))
          .isInstanceOf(BindException.class)
          .hasMessageContaining("port " + number + " is taken");
    }
    try (ReservedPort again = ReservedPort.reserve(number)) {
      assertThat(again.number()).isEqualTo(number);
    }
  }

  @Test
  void freeNumber_givenToACommand_isLeftToIt() throws Exception {
    int number = ReservedPort.freeNumber();

    try (ReservedPort any = ReservedPort.reserveFrom(number);
        ReservedPort command = ReservedPort.reserve(number)) {
      assertThat(any.number()).isNotEqualTo(number);
      assertThat(command.number()).isEqualTo(number);
    }
    try (ReservedPort any = ReservedPort.reserveFrom(number)) {
      assertThat(any.number()).isNotEqualTo(number);
    }
  }

  @Test
  void isListening_withAndWithoutServer_tellsThemApart() throws Exception {
    try (ReservedPort port = ReservedPort.reserve()) {
      assertThat(port.isListening()).isFalse();
      try (ServerSocket server =
          new ServerSocket(port.number(), 1, InetAddress.getLoopbackAddress())) {
        assertThat(server.isBound()).isTrue();
        assertThat(port.isListening()).isTrue();
      }
    }
  }
}
