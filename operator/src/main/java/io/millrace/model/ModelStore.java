package io.millrace.model;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Turns a location into verified local files. Thread-safe. */
public interface ModelStore {

  /**
   * Fetches the version's directory; blocks until it is complete and verified.
   *
   * @param uri the directory of one version
   * @param digest what the files must hash to, or null where any content is accepted
   * @return the files, owned by the caller, who closes them
   * @throws ModelException NOT_FOUND, OUTSIDE_ROOTS (before any I/O), FETCH_FAILED, INCOMPLETE,
   *     DIGEST_MISMATCH, UNLISTED_FILE, TOO_LARGE
   * @throws InterruptedException if the thread is interrupted; nothing is left behind
   */
  ModelFiles fetch(URI uri, @Nullable String digest) throws ModelException, InterruptedException;
}
