package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A line of the table: a setting and who is measured in it.
 *
 * @param quick whether the short run has it too
 */
record Cell(Setting setting, boolean quick, List<Peer> peers) {
  private static final List<Peer> OURS = Peer.shells();
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
    for (int cap : new int[] {1, 8, 32, 128, 512}) {
      cells.add(memory(Network.FFNN, 1, cap, cap == 32 || cap == 128, all(naive, OURS, LIMITS)));
    }
    List<Peer> two = all(List.of(Peer.NAIVE, Peer.ONNX, Peer.PASS_THROUGH), OURS);
    cells.add(memory(Network.FFNN, 2, 32, false, two));
    cells.add(memory(Network.FFNN, 2, 128, false, two));
  }

  private static void addOthers(List<Cell> cells) {
    List<Peer> naive = List.of(Peer.NAIVE, Peer.NAIVE_INLINE, Peer.ONNX);
    for (int cap : new int[] {1, 32, 128, 512}) {
      cells.add(memory(Network.HEAVY, 1, cap, cap == 128, all(naive, OURS, LIMITS)));
    }
    cells.add(memory(Network.HEAVY, 2, 128, false, all(List.of(Peer.NAIVE), OURS)));
    for (int cap : new int[] {1, 32, 128}) {
      List<Peer> peers = cap == 128 ? all(naive, OURS, LIMITS) : all(naive, OURS);
      cells.add(memory(Network.CONVOLUTION, 1, cap, cap == 128, peers));
    }
    cells.add(memory(Network.CONVOLUTION, 2, 128, false, all(List.of(Peer.NAIVE), OURS)));
  }

  private static void addJson(List<Cell> cells) {
    List<Peer> peers = all(List.of(Peer.CRAYFISH, Peer.PARSE), OURS);
    cells.add(cell(Network.FFNN, Format.JSON, Transport.MEMORY, 1, 32, false, peers));
    cells.add(cell(Network.FFNN, Format.JSON, Transport.MEMORY, 1, 128, true, peers));
    List<Peer> two = all(List.of(Peer.PARSE), OURS);
    cells.add(cell(Network.FFNN, Format.JSON, Transport.MEMORY, 2, 128, false, two));
  }

  private static void addKafka(List<Cell> cells) {
    List<Peer> binary = all(List.of(Peer.PASS_THROUGH, Peer.NAIVE), OURS);
    cells.add(kafka(Network.FFNN, Format.BINARY, 1, 32, false, binary));
    cells.add(kafka(Network.FFNN, Format.BINARY, 1, 128, true, binary));
    List<Peer> ours = all(List.of(Peer.PASS_THROUGH), OURS);
    cells.add(kafka(Network.FFNN, Format.BINARY, 2, 128, false, ours));
    List<Peer> json = all(List.of(Peer.PASS_THROUGH, Peer.CRAYFISH), OURS);
    cells.add(kafka(Network.FFNN, Format.JSON, 1, 128, false, json));
    cells.add(kafka(Network.HEAVY, Format.BINARY, 1, 128, false, ours));
  }

  private static Cell memory(
      Network network, int parallelism, int cap, boolean quick, List<Peer> peers) {
    return cell(network, Format.BINARY, Transport.MEMORY, parallelism, cap, quick, peers);
  }

  private static Cell kafka(
      Network network, Format format, int parallelism, int cap, boolean quick, List<Peer> peers) {
    return cell(network, format, Transport.KAFKA, parallelism, cap, quick, peers);
  }

  private static Cell cell(
      Network network,
      Format format,
      Transport transport,
      int parallelism,
      int cap,
      boolean quick,
      List<Peer> peers) {
    // Between records it is the chained shell: one batch size shows it.
    List<Peer> chosen =
        peers.stream().filter(peer -> cap == Marks.CAP || peer != Peer.COORDINATED).toList();
    return new Cell(new Setting(network, format, transport, parallelism, cap), quick, chosen);
  }

  @SafeVarargs
  private static List<Peer> all(List<Peer>... groups) {
    return List.of(groups).stream().flatMap(List::stream).toList();
  }
}
