package io.millrace.tensorflow;

import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Session;

/** What has to hold before the native library is loaded. */
final class RuntimeChecks {
  private final UnaryOperator<@Nullable String> properties;
  private final @Nullable ClassLoader tensorFlowLoader;

  RuntimeChecks(
      UnaryOperator<@Nullable String> properties, @Nullable ClassLoader tensorFlowLoader) {
    this.properties = properties;
    this.tensorFlowLoader = tensorFlowLoader;
  }

  static RuntimeChecks ofThisJvm() {
    return new RuntimeChecks(System::getProperty, TF_Session.class.getClassLoader());
  }

  /**
   * @throws IllegalStateException if something does not hold
   */
  void verify() {
    verifyPlatform();
    verifyClassLoader();
    verifyMemoryLimits();
  }

  private void verifyPlatform() {
    String system = property("os.name", "?");
    String architecture = property("os.arch", "?");
    if (!system.toLowerCase(Locale.ROOT).startsWith("linux")
        || !(architecture.equals("amd64") || architecture.equals("x86_64"))) {
      throw new IllegalStateException(
          "TensorFlow runs on linux-x86_64 only, this is " + system + " on " + architecture);
    }
  }

  /**
   * A native library belongs to one class loader. Were it a job's, the second job in the process
   * could not load it, and the first could never be unloaded.
   */
  private void verifyClassLoader() {
    for (ClassLoader loader = ClassLoader.getSystemClassLoader();
        loader != null;
        loader = loader.getParent()) {
      if (loader == tensorFlowLoader) {
        return;
      }
    }
    if (tensorFlowLoader != null) {
      throw new IllegalStateException(
          "TensorFlow was loaded by "
              + tensorFlowLoader.getClass().getName()
              + ", a class loader that goes away with the job: leave TensorFlow and JavaCPP out of the"
              + " job jar (scope provided) and put them into Flink's lib/ with"
              + " 'bin/millrace runtime-jars <lib of the cluster>'");
    }
  }

  /**
   * JavaCPP compares the process's resident memory to a multiple of the heap at every allocation
   * and throws OutOfMemoryError, whoever used the memory; a TaskManager's is bounded by its
   * container instead.
   */
  private void verifyMemoryLimits() {
    verifyUnlimited("org.bytedeco.javacpp.maxPhysicalBytes");
    verifyUnlimited("org.bytedeco.javacpp.maxBytes");
  }

  private void verifyUnlimited(String key) {
    // JavaCPP reads the lower-case spelling first.
    String value = property(key.toLowerCase(Locale.ROOT), property(key, "unset"));
    if (!value.equals("0")) {
      throw new IllegalStateException(
          key
              + " is "
              + value
              + ", expected 0: start the JVM with -Dorg.bytedeco.javacpp.maxPhysicalBytes=0"
              + " -Dorg.bytedeco.javacpp.maxBytes=0 (env.java.opts.taskmanager in Flink)");
    }
  }

  private String property(String key, String otherwise) {
    String value = properties.apply(key);
    return value == null ? otherwise : value.trim();
  }
}
