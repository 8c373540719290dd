package io.millrace.jobs;

import org.jspecify.annotations.Nullable;

/**
 * A configuration that no job can run with. The message names the key, the value and what is
 * allowed; never the value of a Kafka property, which may be a credential.
 */
public final class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    this(message, null);
  }

  public ConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
