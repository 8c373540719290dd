package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecordCommandTest {
  private static CommandLineRun record(String... options) {
    String[] command = {
      "record", "--bootstrap-servers", "localhost:1", "--topic", "in", "--to", "/tmp/x"
    };
    String[] all = new String[command.length + options.length];
    System.arraycopy(command, 0, all, 0, command.length);
    System.arraycopy(options, 0, all, command.length, options.length);
    return CommandLineRun.of(all);
  }

  @Test
  void record_noTimeBetweenSinceAndUntil_isRefused() {
    String time = "2026-01-31T00:00:00Z";
    for (String until : new String[] {time, "2026-01-30T23:59:59.999Z"}) {
      CommandLineRun run = record("--since", time, "--until", until);

      assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(run.err()).contains("--since " + time + " --until " + until + ": expected");
    }
  }
}
