package io.millrace.jobs.cli;

import picocli.CommandLine.Command;

/** A Flink session cluster of processes on this machine. */
@Command(
    name = "cluster",
    description = "Starts, shows and stops a Flink session cluster on this machine.",
    subcommands = {
      ClusterStartCommand.class,
      ClusterStatusCommand.class,
      ClusterStopCommand.class,
      ClusterPrintCommand.class,
    },
    footer = {
      "",
      "Flink's configuration is conf/flink/config.yaml, or that of the folder FLINK_CONF_DIR.",
      "",
      "Example:",
      "  millrace cluster start",
      "  flink run -d job/millrace-job.jar --config fraud.yaml"
    })
final class ClusterCommand {}
