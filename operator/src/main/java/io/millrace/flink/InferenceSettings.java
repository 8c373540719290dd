package io.millrace.flink;

import io.millrace.flink.InferenceOptions.Integrity;
import io.millrace.flink.InferenceOptions.NonFinite;
import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.flink.InferenceOptions.Probe;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.probe.ModelProbe;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/** {@link InferenceOptions} as the operator uses them: read once, checked, serializable. */
record InferenceSettings(
    String model,
    ModelUse use,
    List<String> roots,
    Integrity integrity,
    Staging staging,
    FetchSettings fetch,
    Sharing sharing,
    @Nullable Duration probeTimeout,
    Duration batchTimeout,
    RunIn runIn,
    int maxEnqueuedBatches,
    boolean rejectNonFiniteOutput,
    Overlap overlap,
    int versionsAtOnce,
    boolean copyRecords,
    @Nullable EventTimeSettings byTime)
    implements Serializable {

  /**
   * @param roots below which models may lie
   * @param versions two where one version takes over from another in the running job, else one
   * @param copyRecords whether the operators before may change a record that they have emitted
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  static InferenceSettings of(
      ReadableConfig config, List<String> roots, int versions, boolean copyRecords) {
    String model = config.getOptional(InferenceOptions.NAME).orElse(null);
    if (model == null) {
      throw new IllegalArgumentException(
          InferenceOptions.NAME.key() + " is missing: expected the name of the model that scores");
    }
    ModelRoots.of(roots);
    Overlap overlap = config.get(InferenceOptions.OVERLAP);
    EventTimeSettings byTime = EventTimeSettings.of(config, versions == 1);
    int atOnce = byTime == null ? versions : byTime.maxLoaded();
    return new InferenceSettings(
        model,
        ModelUse.of(config),
        List.copyOf(roots),
        config.get(InferenceOptions.INTEGRITY),
        config.get(InferenceOptions.STAGING),
        FetchSettings.of(config),
        config.get(InferenceOptions.SHARING),
        config.get(InferenceOptions.PROBE) == Probe.ON
            ? LowerBounds.atLeastOneMilli(config, InferenceOptions.PROBE_TIMEOUT)
            : null,
        LowerBounds.atLeastOneMilli(config, InferenceOptions.BATCH_TIMEOUT),
        config.get(InferenceOptions.RUN_IN),
        LowerBounds.atLeast(config, InferenceOptions.MAX_ENQUEUED_BATCHES, 1),
        config.get(InferenceOptions.NON_FINITE_OUTPUT) == NonFinite.REJECT,
        overlap,
        overlap == Overlap.UNLOAD_FIRST ? 1 : atOnce,
        copyRecords,
        byTime);
  }

  /**
   * What tries versions out before they are loaded, or null where none does.
   *
   * @param schema what the job writes and reads; null if this is its first version
   */
  @Nullable ModelProbe probe(@Nullable ServingSchema schema) {
    return probeTimeout == null ? null : new ModelProbe(use.probeSettings(schema, probeTimeout));
  }
}
