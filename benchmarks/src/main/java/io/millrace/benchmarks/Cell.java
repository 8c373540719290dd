package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Options.Part;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A line of the table: a setting and who is measured in it.
 *
 * @param part of the run that it belongs to
 * @param quick whether the short run has it too
 */
record Cell(Part part, Setting setting, boolean quick, List<Peer> peers) {
  private static final List<Peer> OURS = List.of(Peer.CHAINED, Peer.BROADCAST);

  /** Between records, the coordinated shell is the chained one: the batch of the marks shows it. */
  private static final List<Peer> SHELLS = Peer.shells();

  private static final List<Peer> LIMITS =
      List.of(Peer.LOOP, Peer.ENGINE, Peer.PASS_THROUGH, Peer.CHANNEL);

  Cell {
    peers = List.copyOf(peers);
  }

  /** The chosen table: what shows a limit, not the full product. */
  static List<Cell> table(boolean quick) {
    List<Cell> cells = new ArrayList<>();
    addFfnn(cells);
    addOthers(cells);
    addJson(cells);
    addKafka(cells);
    addReplay(cells);
    return cells.stream().filter(cell -> cell.quick() || !quick).toList();
  }

  /** Each arm once, whatever the number of cells that it stands in. */
  static Set<Arm> arms(List<Cell> cells) {
    Set<Arm> arms = new LinkedHashSet<>();
    for (Cell cell : cells) {
      cell.peers().forEach(peer -> arms.add(cell.arm(peer)));
    }
    return arms;
  }

  Arm arm(Peer peer) {
    return Arm.of(peer, setting);
  }

  private static void addFfnn(List<Cell> cells) {
    List<Peer> naive = List.of(Peer.NAIVE, Peer.NAIVE_INLINE, Peer.SINGLE, Peer.ONNX, Peer.DJL);
    List<Peer> one = all(naive, OURS, LIMITS);
    cells.add(memory(Network.FFNN, 1, 1, false, one));
    cells.add(memory(Network.FFNN, 1, 8, false, one));
    cells.add(memory(Network.FFNN, 1, 32, true, one));
    cells.add(memory(Network.FFNN, 1, Marks.CAP, true, all(naive, SHELLS, LIMITS)));
    cells.add(memory(Network.FFNN, 1, 512, false, one));
    List<Peer> two = List.of(Peer.NAIVE, Peer.ONNX, Peer.PASS_THROUGH);
    cells.add(memory(Network.FFNN, 2, 32, false, all(two, OURS)));
    cells.add(memory(Network.FFNN, 2, Marks.CAP, false, all(two, SHELLS)));
  }

  private static void addOthers(List<Cell> cells) {
    List<Peer> naive = List.of(Peer.NAIVE, Peer.NAIVE_INLINE, Peer.ONNX);
    List<Peer> one = all(naive, OURS, LIMITS);
    List<Peer> two = all(List.of(Peer.NAIVE), SHELLS);
    cells.add(memory(Network.HEAVY, 1, 1, false, one));
    cells.add(memory(Network.HEAVY, 1, 32, false, one));
    cells.add(memory(Network.HEAVY, 1, Marks.CAP, true, all(naive, SHELLS, LIMITS)));
    cells.add(memory(Network.HEAVY, 1, 512, false, one));
    cells.add(memory(Network.HEAVY, 2, Marks.CAP, false, two));
    cells.add(memory(Network.CONVOLUTION, 1, 1, false, all(naive, OURS)));
    cells.add(memory(Network.CONVOLUTION, 1, 32, false, all(naive, OURS)));
    cells.add(memory(Network.CONVOLUTION, 1, Marks.CAP, true, all(naive, SHELLS, LIMITS)));
    cells.add(memory(Network.CONVOLUTION, 2, Marks.CAP, false, two));
  }

  private static void addJson(List<Cell> cells) {
    List<Peer> one = List.of(Peer.CRAYFISH, Peer.PARSE);
    cells.add(json(1, 32, false, all(one, OURS)));
    cells.add(json(1, Marks.CAP, true, all(one, SHELLS)));
    cells.add(json(2, Marks.CAP, false, all(List.of(Peer.PARSE), SHELLS)));
  }

  private static void addKafka(List<Cell> cells) {
    List<Peer> binary = List.of(Peer.PASS_THROUGH, Peer.NAIVE);
    List<Peer> ours = all(List.of(Peer.PASS_THROUGH), SHELLS);
    List<Peer> json = all(List.of(Peer.PASS_THROUGH, Peer.CRAYFISH), SHELLS);
    cells.add(kafka(Network.FFNN, Format.BINARY, 1, 32, false, all(binary, OURS)));
    cells.add(kafka(Network.FFNN, Format.BINARY, 1, Marks.CAP, true, all(binary, SHELLS)));
    cells.add(kafka(Network.FFNN, Format.BINARY, 2, Marks.CAP, false, ours));
    cells.add(kafka(Network.FFNN, Format.JSON, 1, Marks.CAP, false, json));
    cells.add(kafka(Network.HEAVY, Format.BINARY, 1, Marks.CAP, false, ours));
  }

  private static void addReplay(List<Cell> cells) {
    List<Peer> read = List.of(Peer.REPLAY, Peer.READ);
    List<Peer> alone = List.of(Peer.REPLAY);
    cells.add(replay(Network.FFNN, Format.BINARY, 1, read));
    cells.add(replay(Network.FFNN, Format.PARQUET, 1, read));
    cells.add(replay(Network.FFNN, Format.AVRO, 1, read));
    cells.add(replay(Network.HEAVY, Format.BINARY, 1, alone));
    for (Network network : List.of(Network.FFNN, Network.HEAVY)) {
      cells.add(replay(network, Format.BINARY, 2, alone));
      Setting memory = new Setting(network, Format.BINARY, Transport.MEMORY, 1, Marks.REPLAY_CAP);
      cells.add(new Cell(Part.REPLAY, memory, true, List.of(Peer.CHAINED)));
    }
  }

  private static Cell memory(
      Network network, int parallelism, int cap, boolean quick, List<Peer> peers) {
    Setting setting = new Setting(network, Format.BINARY, Transport.MEMORY, parallelism, cap);
    return new Cell(Part.MEMORY, setting, quick, peers);
  }

  private static Cell json(int parallelism, int cap, boolean quick, List<Peer> peers) {
    Setting setting = new Setting(Network.FFNN, Format.JSON, Transport.MEMORY, parallelism, cap);
    return new Cell(Part.MEMORY, setting, quick, peers);
  }

  private static Cell kafka(
      Network network, Format format, int parallelism, int cap, boolean quick, List<Peer> peers) {
    Setting setting = new Setting(network, format, Transport.KAFKA, parallelism, cap);
    return new Cell(Part.KAFKA, setting, quick, peers);
  }

  private static Cell replay(Network network, Format format, int parallelism, List<Peer> peers) {
    Setting setting = new Setting(network, format, Transport.FILES, parallelism, Marks.REPLAY_CAP);
    return new Cell(Part.REPLAY, setting, true, peers);
  }

  @SafeVarargs
  private static List<Peer> all(List<Peer>... groups) {
    return List.of(groups).stream().flatMap(List::stream).toList();
  }
}
