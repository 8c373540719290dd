package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.SwitchedJob.Stretch;
import io.millrace.flink.InferenceOptions.CommandDelivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Scoring at full load while a version of 50 MB is fetched, hashed, loaded and warmed up, one after
 * the other without a pause. Within one job, stretches with loads and as long ones without take
 * turns; the two of a turn are a pair.
 *
 * @param peer the shell, which tells how commands come
 * @param mebibytes of each version
 * @param loadMillis from a command to the first score by its version
 * @param throughput with loads over without
 */
record Loading(Peer peer, int loads, int mebibytes, Spread loadMillis, Spread throughput) {
  private static final int PAIRS = 10;
  private static final int EACH = 4;

  /** Until what loads has been compiled: the compiler takes a core from whatever it runs beside. */
  private static final int WARM_UPS = 5;

  private static final int BALLAST_MEBIBYTES = 50;

  /** Both shells that take commands. */
  static List<Loading> measure(LocalCluster cluster, Subject subject) throws Exception {
    return List.of(
        measure(cluster, subject, Peer.COORDINATED, CommandDelivery.COORDINATOR),
        measure(cluster, subject, Peer.BROADCAST, CommandDelivery.BROADCAST));
  }

  private static Loading measure(
      LocalCluster cluster, Subject subject, Peer peer, CommandDelivery delivery) throws Exception {
    Path base = Objects.requireNonNull(Path.of(subject.savedModel()).getParent());
    Path root = base.resolveSibling("loading-" + peer.name());
    List<Path> folders =
        List.of(
            SavedModelFile.write(subject.network(), root.resolve("even"), BALLAST_MEBIBYTES),
            SavedModelFile.write(subject.network(), root.resolve("odd"), BALLAST_MEBIBYTES));
    try (SwitchedJob job =
        SwitchedJob.start(cluster, subject, root, folders, delivery, (WARM_UPS + PAIRS) * EACH)) {
      for (int i = 0; i < WARM_UPS; i++) {
        loadEach(job, folders);
      }
      Loading loading = drive(job, peer, folders);
      job.checkOutputs("loads beside " + peer.title());
      return loading;
    }
  }

  private static Loading drive(SwitchedJob job, Peer peer, List<Path> folders) throws Exception {
    double[] with = new double[PAIRS];
    double[] without = new double[PAIRS];
    double[] millis = new double[PAIRS];
    long nanos = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      // In turns: what is let go of last is closed in the stretch behind the loads.
      Stretch before = pair % 2 == 0 ? null : quiet(job, nanos);
      Stretch busy = job.stretch(() -> loadEach(job, folders));
      nanos = busy.nanos();
      Stretch quiet = before != null ? before : quiet(job, nanos);
      with[pair] = busy.recordsPerSecond();
      without[pair] = quiet.recordsPerSecond();
      millis[pair] = nanos / 1e6 / EACH;
    }
    return new Loading(
        peer, PAIRS * EACH, BALLAST_MEBIBYTES, Spread.of(millis), Spread.ofRatios(with, without));
  }

  private static Stretch quiet(SwitchedJob job, long nanos) throws Exception {
    return job.stretch(() -> job.pass(nanos));
  }

  private static void loadEach(SwitchedJob job, List<Path> folders) throws IOException {
    for (int i = 0; i < EACH; i++) {
      renew(folders.get((int) (job.nextVersion() % folders.size())), job.nextVersion());
      job.publishNext();
    }
  }

  // Other content each time, so that nothing that was fetched before is taken for it.
  private static void renew(Path folder, long version) throws IOException {
    Path extra = Files.createDirectories(folder.resolve("assets.extra"));
    Files.writeString(extra.resolve("version.txt"), Long.toString(version));
  }
}
