package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether a version without a manifest looks like one whose upload is over: the parts of its
 * variables are all there, and two listings show the same.
 *
 * @param stableFor between the two listings
 * @param pause waits so long
 */
record UploadCheck(Duration stableFor, Pause pause) {

  /** Waits. */
  @FunctionalInterface
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  private static final String INDEX = "variables/variables.index";
  private static final Pattern SHARD =
      Pattern.compile("variables/variables\\.data-([0-9]{5})-of-([0-9]{5})");
  private static final int SHOWN = 5;

  /**
   * @throws ModelException INCOMPLETE naming what is missing
   */
  void requireVariables(ModelLocation location, List<ModelDirectory.File> files)
      throws ModelException {
    Set<String> paths =
        files.stream().map(ModelDirectory.File::path).collect(Collectors.toUnmodifiableSet());
    Map<Integer, Set<Integer>> shards = shards(paths);
    boolean index = paths.contains(INDEX);
    if (!index && shards.isEmpty()) {
      // It may have no variables; if it should have some, the graph says so before it is loaded.
      return;
    }
    List<String> missing = new ArrayList<>(index ? List.of() : List.of(INDEX));
    missing.addAll(missing(shards));
    if (!missing.isEmpty()) {
      throw new ModelException(
          ModelReason.INCOMPLETE,
          location
              + " lacks "
              + shown(missing)
              + ": it may still be written; expected all of it before it is published");
    }
  }

  /** The shards that there are, by how many there should be. */
  private static Map<Integer, Set<Integer>> shards(Set<String> paths) {
    Map<Integer, Set<Integer>> shards = new TreeMap<>();
    for (String path : paths) {
      Matcher shard = SHARD.matcher(path);
      if (shard.matches()) {
        shards
            .computeIfAbsent(Integer.parseInt(shard.group(2)), count -> new HashSet<>())
            .add(Integer.parseInt(shard.group(1)));
      }
    }
    return shards;
  }

  // Where an earlier save left shards of another number behind, one whole set is enough.
  private static List<String> missing(Map<Integer, Set<Integer>> shards) {
    List<String> least = null;
    for (Map.Entry<Integer, Set<Integer>> set : shards.entrySet()) {
      List<String> missing = new ArrayList<>();
      for (int i = 0; i < set.getKey(); i++) {
        if (!set.getValue().contains(i)) {
          missing.add("variables/variables.data-%05d-of-%05d".formatted(i, set.getKey()));
        }
      }
      if (least == null || missing.size() < least.size()) {
        least = missing;
      }
    }
    return Objects.requireNonNullElse(least, List.of("variables/variables.data-00000-of-*"));
  }

  /**
   * Lists once more, a while later.
   *
   * @throws ModelException INCOMPLETE if files came, went or changed
   */
  void requireStable(Listing listing) throws ModelException, InterruptedException {
    pause.of(stableFor);
    Set<ModelDirectory.File> before = Set.copyOf(listing.files());
    Set<ModelDirectory.File> after = Set.copyOf(listing.directory().files());
    Set<String> changed = new TreeSet<>();
    before.stream().filter(file -> !after.contains(file)).forEach(it -> changed.add(it.path()));
    after.stream().filter(file -> !before.contains(file)).forEach(it -> changed.add(it.path()));
    if (!changed.isEmpty()) {
      throw new ModelException(
          ModelReason.INCOMPLETE,
          listing.location()
              + " is still being written: within "
              + stableFor.toMillis()
              + " ms there was a change of "
              + shown(List.copyOf(changed))
              + "; expected a version whose upload is over, or one with a manifest");
    }
  }

  private static String shown(List<String> paths) {
    List<String> first = paths.subList(0, Math.min(SHOWN, paths.size()));
    int more = paths.size() - first.size();
    return "'" + String.join("', '", first) + "'" + (more > 0 ? " and " + more + " more" : "");
  }
}
