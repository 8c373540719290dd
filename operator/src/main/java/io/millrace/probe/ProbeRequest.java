package io.millrace.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;

/**
 * What the parent asks of a probe, over the probe's standard input. Both ends are the same build,
 * so Java's own serialization will do.
 *
 * @param token begins the probe's answer. It is not among the arguments of the process, where a
 *     model that reads files could find it and print a verdict of its own.
 * @param maxMemory resident bytes at which the probe gives up
 */
record ProbeRequest(
    String token, String directory, String digest, ProbeSettings settings, long maxMemory)
    implements Serializable {

  void writeTo(OutputStream out) throws IOException {
    // Not closed: the end of this stream tells the probe that its parent is gone.
    ObjectOutputStream objects = new ObjectOutputStream(out);
    objects.writeObject(this);
    objects.flush();
  }

  static ProbeRequest readFrom(InputStream in) throws IOException, ClassNotFoundException {
    return (ProbeRequest) new ObjectInputStream(in).readObject();
  }
}
