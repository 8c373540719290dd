package io.millrace.jobs.cli;

import io.millrace.model.ModelException;
import io.millrace.tensorflow.SavedModelInfo;
import io.millrace.tensorflow.SavedModelReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a SavedModel says about itself; nothing of it is run. */
@Command(
    name = "show",
    description = "Shows signatures, variables, ops, sizes and digest of a SavedModel.",
    footer = {
      "",
      "Examples:",
      "  millrace model show /models/fraud/7",
      "  millrace model show --json s3://models/fraud/7 | jq '.signatures | keys'"
    })
final class ModelShowCommand implements Callable<Integer> {

  @Mixin private ModelArgument model = new ModelArgument();

  @Option(names = "--json", description = "Print JSON of a stable schema.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws ModelException, InterruptedException, CommandException, IOException {
    try (ModelArgument.Opened opened = model.open()) {
      SavedModelInfo info = SavedModelReader.read(opened.files().directory());
      ModelReport report = ModelReport.of(opened, info, info.graph(model.tags()));
      PrintWriter out = Console.out(spec);
      out.print(json ? report.toJson() : report.toText());
      out.flush();
    }
    return ExitCode.DONE;
  }
}
