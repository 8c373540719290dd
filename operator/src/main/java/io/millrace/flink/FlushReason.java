package io.millrace.flink;

/** Why a batch was run; counted by the metric {@code flushes.<reason>}. */
enum FlushReason {
  SIZE,
  SHAPE,
  TIMER,
  CHECKPOINT,
  SWITCH,
  END_OF_INPUT
}
