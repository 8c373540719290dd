package io.millrace.jobs.whatif;

import java.util.List;

/**
 * One of the two outputs.
 *
 * @param location of it
 * @param records that it has
 * @param scorers the versions that scored them, in the order in which they were met
 */
record Side(String location, long records, List<Scored> scorers) {
  Side {
    scorers = List.copyOf(scorers);
  }

  /** How many records a version scored. */
  record Scored(Scorer scorer, long records) {}
}
