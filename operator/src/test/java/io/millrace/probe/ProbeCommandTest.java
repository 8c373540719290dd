package io.millrace.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.net.URI;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.cert.Certificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProbeCommandTest {
  private static CodeSource at(String uri) throws Exception {
    return new CodeSource(URI.create(uri).toURL(), (Certificate @Nullable []) null);
  }

  @Test
  void codeInAFile_isThatFile_blanksIncluded() throws Exception {
    assertThat(ProbeCommand.file(at("file:/my%20jobs/job.jar")))
        .isEqualTo(Path.of("/my jobs/job.jar"));
  }

  @Test
  void codeFromElsewhere_isRefusedByName() {
    assertThatIOException()
        .isThrownBy(() -> ProbeCommand.file(at("http://host/job.jar")))
        .withMessage("no file holds Millrace's classes: http://host/job.jar");
    assertThatIOException()
        .isThrownBy(() -> ProbeCommand.file(at("file://host/job.jar")))
        .withMessage("no file holds Millrace's classes: file://host/job.jar");
    assertThatIOException()
        .isThrownBy(() -> ProbeCommand.file(null))
        .withMessageContaining("does not say where from");
  }
}
