package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import org.junit.jupiter.api.Test;

class MeasurementsTest {
  private static final Setting SETTING =
      new Setting(Network.FFNN, Format.JSON, Transport.MEMORY, 1, 128);

  @Test
  void oneAfterTheOther_addsTheTimesOfARecord() {
    Measurements measured = new Measurements();
    Arm parse = Arm.of(Peer.PARSE, SETTING);
    Arm engine = Arm.of(Peer.ENGINE, SETTING);
    // 3 and 1 us a record, then 2 and 2.
    measured.add(parse, new Sample(1_000, 3_000_000, 0, 0));
    measured.add(engine, new Sample(1_000, 1_000_000, 0, 0));
    measured.add(parse, new Sample(1_000, 2_000_000, 0, 0));
    measured.add(engine, new Sample(1_000, 2_000_000, 0, 0));
    Spread share = measured.oneAfterTheOther(parse, engine).orElseThrow();
    assertThat(share.max()).isCloseTo(0.75, offset(1e-9));
    assertThat(share.min()).isCloseTo(0.5, offset(1e-9));
  }

  @Test
  void oneAfterTheOther_ofAnArmThatWasNotMeasured_isEmpty() {
    Measurements measured = new Measurements();
    Arm parse = Arm.of(Peer.PARSE, SETTING);
    measured.add(parse, new Sample(1_000, 3_000_000, 0, 0));
    assertThat(measured.oneAfterTheOther(parse, Arm.of(Peer.ENGINE, SETTING))).isEmpty();
  }
}
