package io.millrace.flink;

import io.millrace.model.Command.Publish;
import io.millrace.model.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * What broadcast state keeps of one model.
 *
 * @param timeline the commands and what older ones amounted to
 * @param serving the version that scored when the state was written, with its digest; null before
 *     the first one
 * @param schema what the first version that scored takes and answers; null before it
 */
record ServingState(
    Timeline.Snapshot timeline, @Nullable Publish serving, @Nullable ServingSchema schema) {}
