package io.millrace.jobs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which versions of Flink run a job. Touches no class that Flink 1 lacks. */
final class FlinkVersion {
  private static final Pattern RELEASE = Pattern.compile("([0-9]+)\\.([0-9]+).*");

  private FlinkVersion() {}

  /**
   * @param where the version was found, for the message
   * @param version as Flink reports it; what is no version, as of a build of one's own, is accepted
   * @throws SubmissionException for any Flink but 2.x
   */
  static void require(String where, String version) throws SubmissionException {
    Matcher release = RELEASE.matcher(version);
    if (release.matches() && Integer.parseInt(release.group(1)) != 2) {
      throw new SubmissionException(
          where
              + " is Flink "
              + version
              + ": expected Flink 2.x; submit to such a cluster, with its own bin/flink");
    }
  }

  /** Do both begin with the same two numbers? */
  static boolean isSameMinor(String version, String other) {
    Matcher first = RELEASE.matcher(version);
    Matcher second = RELEASE.matcher(other);
    return first.matches()
        && second.matches()
        && first.group(1).equals(second.group(1))
        && first.group(2).equals(second.group(2));
  }
}
