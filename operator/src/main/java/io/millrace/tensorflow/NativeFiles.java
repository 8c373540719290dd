package io.millrace.tensorflow;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * TensorFlow's own file operations ({@code tensorflow/c/env.h}), which its Java binding leaves out:
 * they are called at their addresses.
 */
final class NativeFiles {

  /** Looked up when a model is first loaded from memory: until then JNA need not be there. */
  private static final class Lookup {
    // JNA opens libraries for all others to see if it is not told otherwise (RTLD_GLOBAL), and what
    // is loaded later would find TensorFlow's protobuf before its own.
    private static final int RTLD_LAZY = 1;

    static final NativeFiles RESULT = find();

    /**
     * Open for the look-up alone: while it is, JNA keeps a thread that would hold the class loader
     * of the job that was first.
     */
    private static NativeFiles find() {
      String path = Loader.load(tensorflow.class);
      // Of two jobs that look up at once, JNA would give one what the other closes.
      synchronized (NativeLibrary.class) {
        try (NativeLibrary library =
            NativeLibrary.getInstance(path, Map.of(Library.OPTION_OPEN_FLAGS, RTLD_LAZY))) {
          return new NativeFiles(library);
        }
      }
    }
  }

  private final Function create;
  private final Function append;
  private final Function close;
  private final Function delete;

  private NativeFiles(NativeLibrary library) {
    create = function(library, "TF_NewWritableFile");
    append = function(library, "TF_AppendWritableFile");
    close = function(library, "TF_CloseWritableFile");
    delete = function(library, "TF_DeleteFile");
  }

  private static Function function(NativeLibrary library, String name) {
    return Function.getFunction(library.getGlobalVariableAddress(name));
  }

  static NativeFiles get() {
    return Lookup.RESULT;
  }

  /** A file that is being written. The status is its owner's. */
  final class Writer implements AutoCloseable {
    private final String path;
    private final NativeStatus status = new NativeStatus();
    private final Pointer handle;
    private boolean closed;

    private Writer(String path) throws IOException {
      this.path = path;
      long[] result = new long[1];
      create.invokeVoid(new Object[] {text(path), result, pointer(status)});
      handle = new Pointer(result[0]);
      if (!status.isOk()) {
        closed = true;
        try (status) {
          throw failure("cannot be created", path, status);
        }
      }
    }

    /**
     * @param bytes from the position to the limit of a direct buffer
     */
    void append(ByteBuffer bytes) throws IOException {
      long length = bytes.remaining();
      append.invokeVoid(new Object[] {handle, bytes.slice(), length, pointer(status)});
      if (!status.isOk()) {
        throw failure("cannot be written", path, status);
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        try (status) {
          close.invokeVoid(new Object[] {handle, pointer(status)});
        }
      }
    }
  }

  /**
   * Begins a file; the caller closes it. One that is there already is written on at its end.
   *
   * @param path as TensorFlow takes it, such as {@code ram://a/b}
   */
  Writer create(String path) throws IOException {
    return new Writer(path);
  }

  void delete(String path) throws IOException {
    try (NativeStatus status = new NativeStatus()) {
      delete.invokeVoid(new Object[] {text(path), pointer(status)});
      if (!status.isOk()) {
        throw failure("cannot be deleted", path, status);
      }
    }
  }

  private static IOException failure(String what, String path, NativeStatus status) {
    return new IOException(path + " " + what + ": " + status.message());
  }

  // Not a String: JNA would allocate memory for it, and start a thread that frees it.
  private static byte[] text(String path) {
    byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(utf8, utf8.length + 1);
  }

  private static Pointer pointer(NativeStatus status) {
    return new Pointer(status.handle().address());
  }
}
