package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuntimeChecksTest {
  private static final String PHYSICAL = "org.bytedeco.javacpp.maxPhysicalBytes";
  private static final String BYTES = "org.bytedeco.javacpp.maxBytes";

  private final Map<String, String> properties =
      new HashMap<>(Map.of("os.name", "Linux", "os.arch", "amd64", PHYSICAL, "0", BYTES, "0"));

  private void verify(ClassLoader loader) {
    new RuntimeChecks(properties::get, loader).verify();
  }

  @Test
  void verify_systemLoaderAndItsParents_areAccepted() {
    verify(ClassLoader.getSystemClassLoader());
    verify(ClassLoader.getPlatformClassLoader());
    verify(null);
  }

  @Test
  void verify_aJobsLoader_isRefused() throws Exception {
    try (URLClassLoader job = new URLClassLoader(new URL[0], ClassLoader.getSystemClassLoader())) {
      assertThatThrownBy(() -> verify(job))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("URLClassLoader")
          .hasMessageContaining("Flink's lib/");
    }
  }

  @Test
  void verify_memoryLimits_areRefused() {
    properties.remove(PHYSICAL);
    assertThatThrownBy(() -> verify(null))
        .hasMessageStartingWith(PHYSICAL + " is unset, expected 0")
        .hasMessageContaining("-D" + PHYSICAL + "=0 -D" + BYTES + "=0");
    properties.put(PHYSICAL, "0");
    properties.put(BYTES, "4g");
    assertThatThrownBy(() -> verify(null)).hasMessageStartingWith(BYTES + " is 4g, expected 0");
  }

  @Test
  void verify_lowerCaseSpelling_winsAsInJavaCpp() {
    properties.put("org.bytedeco.javacpp.maxbytes", "1g");
    assertThatThrownBy(() -> verify(null)).hasMessageStartingWith(BYTES + " is 1g");
  }

  @Test
  void verify_otherPlatforms_areRefused() {
    properties.put("os.arch", "aarch64");
    assertThatThrownBy(() -> verify(null))
        .hasMessage("TensorFlow runs on linux-x86_64 only, this is Linux on aarch64");
  }
}
