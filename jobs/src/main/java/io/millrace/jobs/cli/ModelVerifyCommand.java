package io.millrace.jobs.cli;

import io.millrace.flink.ModelPackage;
import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Whether a version's files are those of its manifest. */
@Command(
    name = "verify",
    description = {
      "Reads every file of a packaged version and compares size and SHA-256 with its manifest.json."
          + " Prints a line for each that is missing, differs or is not listed.",
      "Exit code 0 if there is none, 3 if there is one or the manifest is absent or malformed.",
    },
    footer = {"", "Example:", "  millrace model verify hdfs:///models/fraud/7"})
final class ModelVerifyCommand implements Callable<Integer> {
  /** What says something about the version, rather than about the way to it. */
  private static final Set<ModelReason> VERDICTS =
      Set.of(ModelReason.INCOMPLETE, ModelReason.DIGEST_MISMATCH);

  @Parameters(
      paramLabel = "PATH",
      description = "The folder of a version: a local path, hdfs:// or s3://.")
  private String path = "";

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws CommandException, ModelException, InterruptedException {
    URI location = Locations.parse(path);
    ModelPackage.Verification verification = verify(location);
    Manifest manifest = verification.manifest();
    List<String> findings = verification.findings();
    PrintWriter out = Console.out(spec);
    if (findings.isEmpty()) {
      out.printf(
          "verified %s (%s) at %s: %d files, %d bytes%n",
          manifest.version(),
          manifest.version().digest(),
          location,
          manifest.files().size(),
          manifest.bytes());
      return ExitCode.DONE;
    }
    findings.forEach(out::println);
    throw CommandException.refused(
        "%s is not %s (%s): %d of its files are not as its %s says"
            .formatted(
                location,
                manifest.version(),
                manifest.version().digest(),
                findings.size(),
                Manifest.FILE_NAME));
  }

  private static ModelPackage.Verification verify(URI location)
      throws CommandException, ModelException, InterruptedException {
    try {
      return ModelPackage.at(location).verify();
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()), e);
    } catch (ModelException e) {
      if (VERDICTS.contains(e.reason())) {
        throw CommandException.refused(String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }
}
