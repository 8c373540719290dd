package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.models.SavedModels;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink loads a job's classes anew at each submission, above one TensorFlow. */
class ClassLoadersITCase {
  /** JavaCPP has native code for ten callbacks of a kind. */
  private static final int MORE_THAN_CALLBACKS = 25;

  @TempDir private Path directory;

  /** Loads Millrace's classes itself, as a job's class loader does. */
  private static final class JobClassLoader extends URLClassLoader {
    JobClassLoader() {
      super(
          new URL[] {location(SingleRun.class), location(TensorFlowEngine.class)},
          ClassLoadersITCase.class.getClassLoader());
    }

    private static URL location(Class<?> type) {
      return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        if (!name.startsWith("io.millrace.") || name.startsWith("io.millrace.testing.")) {
          return super.loadClass(name, resolve);
        }
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }

  @Test
  void run_inManyClassLoadersOneAfterTheOther_answers() throws Exception {
    SavedModels.linear(directory, new float[] {3}, 1);
    for (int i = 0; i < MORE_THAN_CALLBACKS; i++) {
      try (JobClassLoader loader = new JobClassLoader()) {
        Class<?> type = loader.loadClass(SingleRun.class.getName());
        assertThat(type).isNotSameAs(SingleRun.class);
        assertThat(type.getMethod("run", Path.class).invoke(null, directory)).isEqualTo(7f);
      }
    }
  }
}
