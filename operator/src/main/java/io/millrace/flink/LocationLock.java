package io.millrace.flink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fetch at a time from a location, whichever slot, job or process it is for; and a note of what
 * the last one brought. The lock saves work and no more: the operating system drops it when the
 * process closes another channel of the file, as a thread does that is interrupted while it waits.
 * Then there are two fetches, which do not disturb each other.
 */
final class LocationLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocationLock.class);
  private static final long POLL_MILLIS = 50;
  private static final int MAX_BYTES = 256;
  private static final Pattern NOTE = Pattern.compile("([0-9a-f]{64}) (sha256:[0-9a-f]{64})\n");

  private final FileChannel channel;

  private LocationLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits until nobody else has the lock.
   *
   * @param file created where it does not exist
   */
  static LocationLock acquire(Path file) throws IOException, InterruptedException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      // A lock that another class loader of this process has is an exception, and no wait.
      while (!tryLock(channel)) {
        Thread.sleep(POLL_MILLIS);
      }
      locked = true;
      return new LocationLock(channel);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** The digest of the files that were listed like that when they were fetched, or null. */
  @Nullable String known(Listing listing) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
      // Until the end.
    }
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    Matcher note = NOTE.matcher(text);
    return note.matches() && note.group(1).equals(listing.fingerprint()) ? note.group(2) : null;
  }

  /** Notes what was fetched. */
  void remember(Listing listing, String digest) throws IOException {
    String note = listing.fingerprint() + " " + digest + "\n";
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(note.getBytes(StandardCharsets.US_ASCII)), 0);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("Cannot give a lock back; the end of the process will", e);
    }
  }
}
