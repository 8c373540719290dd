package io.millrace.jobs.cli;

import io.millrace.model.OpsPolicy;
import picocli.CommandLine.Option;

/** {@code --policy}: by what the ops of a model are judged. */
final class OpsPolicyOption {

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description =
          "strict, standard (the default) or off: which ops the model may reach, as a job's"
              + " model.ops-policy.")
  private OpsPolicy policy = OpsPolicy.STANDARD;

  OpsPolicy policy() {
    return policy;
  }
}
