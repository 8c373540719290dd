package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Options.Part;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CellTest {
  @Test
  void table_coversEveryDimension() {
    List<Cell> cells = Cell.table(false);
    assertThat(cells).hasSize(32).doesNotHaveDuplicates();
    assertThat(cells).extracting(cell -> cell.setting().network()).contains(Network.values());
    assertThat(cells).extracting(cell -> cell.setting().format()).contains(Setting.Format.values());
    assertThat(cells)
        .extracting(cell -> cell.setting().transport())
        .contains(Setting.Transport.values());
    assertThat(cells).extracting(cell -> cell.setting().parallelism()).contains(1, 2);
    assertThat(cells).extracting(cell -> cell.setting().cap()).contains(1, 8, 32, 96, 128, 512);
  }

  @Test
  void table_hasTheCoordinatedShellInTheBatchOfTheMarksAlone() {
    assertThat(Cell.table(false))
        .filteredOn(cell -> cell.part() != Part.REPLAY)
        .allSatisfy(
            cell ->
                assertThat(cell.peers().contains(Peer.COORDINATED))
                    .as("%s", cell.setting())
                    .isEqualTo(cell.setting().cap() == Marks.CAP));
  }

  /** Both runs have all that the marks are made of. */
  @Test
  void table_hasWhatTheMarksNeed() {
    for (boolean quick : new boolean[] {true, false}) {
      Measurements measured = new Measurements();
      for (Arm arm : Cell.arms(Cell.table(quick))) {
        measured.add(arm, new Sample(1000, 1000, 1000, 0));
      }
      assertThat(
              Marks.all(
                  measured, new Benchmark.Parts(List.of(), null, null, List.of(), null, null)))
          .hasSize(27);
    }
  }

  @Test
  void arms_naiveMapStandsInManyCells_isMeasuredOnce() {
    Set<Arm> arms = Cell.arms(Cell.table(false));
    assertThat(arms)
        .filteredOn(arm -> arm.peer() == Peer.NAIVE)
        .extracting(Arm::setting)
        .doesNotHaveDuplicates()
        .allMatch(setting -> setting.cap() == Setting.ANY);
  }

  @Test
  void parse_unknownArgument_namesWhatIsAllowed() {
    assertThat(Options.parse(List.of("--quick=true", "--parts=kafka")).cells())
        .hasSize(1)
        .allMatch(cell -> cell.setting().transport() == Setting.Transport.KAFKA);
    assertThatThrownBy(() -> Options.parse(List.of("--slow")))
        .hasMessageStartingWith("argument '--slow': expected --quick=true|false");
  }

  /** The build looks for the results where it has said that they go. */
  @Test
  void parse_argumentGivenTwice_isRefused() {
    assertThatThrownBy(() -> Options.parse(List.of("--results=a.json", "--results=b.json")))
        .hasMessageStartingWith("argument '--results=b.json': expected --results once")
        .hasMessageContaining("-Dbench.results=FILE");
  }
}
