package io.millrace.jobs.cli;

import picocli.CommandLine.Command;

/** What can be done with a SavedModel without a job. */
@Command(
    name = "model",
    description =
        "Looks into a SavedModel, scans, runs and packages it, publishes it to running jobs, and"
            + " shows what became of it.",
    subcommands = {
      ModelShowCommand.class,
      ModelScanCommand.class,
      ModelRunCommand.class,
      ModelPackageCommand.class,
      ModelVerifyCommand.class,
      ModelPublishCommand.class,
      ModelStatusCommand.class,
      ModelTimelineCommand.class,
    },
    footer = {"", "Example:", "  millrace model show /models/fraud/7"})
final class ModelCommand {}
