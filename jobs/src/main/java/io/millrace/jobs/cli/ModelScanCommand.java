package io.millrace.jobs.cli;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensorflow.ModelScan;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What speaks against a SavedModel; nothing of it is run. */
@Command(
    name = "scan",
    description = {
      "Judges what a SavedModel would run against a policy, signature by signature; runs nothing.",
      "Exits with 3 if the default signature, or the named one, is refused; where there is no"
          + " default one, if every one is."
    },
    footer = {
      "",
      "Examples:",
      "  millrace model scan /models/fraud/7",
      "  millrace model scan --policy strict --signature predict hdfs:///models/fraud/7",
      "  millrace model scan --json s3://models/fraud/7 | jq '.refusals, .signatures[].refusals'"
    })
final class ModelScanCommand implements Callable<Integer> {

  @Mixin private ModelArgument model = new ModelArgument();

  @Mixin private OpsPolicyOption policy = new OpsPolicyOption();

  @Option(
      names = "--signature",
      paramLabel = "KEY",
      description =
          "The only signature to judge; by default all are, and the exit code is that of"
              + " serving_default, else of the only one; where there is neither, it is 3 if all are"
              + " refused.")
  private @Nullable String signatureKey;

  @Option(names = "--json", description = "Print JSON of a stable schema.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws ModelException, InterruptedException, CommandException, IOException {
    try (ModelArgument.Opened opened = model.open()) {
      ScanReport report = report(opened);
      PrintWriter out = Console.out(spec);
      out.print(json ? report.toJson() : report.toText());
      out.flush();
      if (!report.isAccepted()) {
        throw CommandException.refused(report.refusal());
      }
    }
    return ExitCode.DONE;
  }

  private ScanReport report(ModelArgument.Opened opened) throws ModelException, CommandException {
    try {
      ModelScan scan = ModelScan.of(opened.files().directory(), model.tags(), policy.policy());
      return new ScanReport(opened, scan, signatureKey);
    } catch (ModelException e) {
      if (e.reason() == ModelReason.TOO_LARGE) {
        throw CommandException.refused(String.valueOf(e.getMessage()));
      }
      boolean asked = model.tags() != null || signatureKey != null;
      if (asked && e.reason() == ModelReason.SIGNATURE_MISMATCH) {
        throw CommandException.usage(String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
  }
}
