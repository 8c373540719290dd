package io.millrace.flink;

import io.millrace.model.OpsPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** The options of the inference operator. Names follow TensorFlow Serving where it has one. */
public final class InferenceOptions {

  /** Who shares one load of a model. */
  public enum Sharing {
    /** All operators in one task slot. */
    SLOT,
    /** All slots of a TaskManager. */
    TASK_MANAGER
  }

  /** What becomes of the version that scores while the next one is loaded. */
  public enum Overlap {
    /** It goes on: there is memory for two versions. */
    BOTH,
    /** It is closed first; records wait until the next one is warm. */
    UNLOAD_FIRST
  }

  /** What decides which version scores a record. */
  public enum SwitchPolicy {
    /** The version that is active by the commands so far, as soon as it is ready. */
    AVAILABLE,
    /** The version that is valid at the record's timestamp. */
    EVENT_TIME
  }

  /** What a version has to bring along. */
  public enum Integrity {
    /** A manifest, and a digest in the command that publishes it. */
    REQUIRED,
    /** Neither; a manifest that is there is checked, and so is a digest. */
    IF_PRESENT
  }

  /** Where a version's files are between the store and the engine. */
  public enum Staging {
    /** In a private folder of the TaskManager's. */
    DISK,
    /** In its native memory: nothing of a model touches a local disk. */
    MEMORY
  }

  /** Whether a version is tried out in a process of its own before it is loaded. */
  public enum Probe {
    OFF,
    ON
  }

  /** Whether dimension 0 of a signature is a batch. */
  public enum Batching {
    /** As the signature says, confirmed by the warm-up. */
    AUTO,
    /** Yes; a model that does not confirm it is rejected. */
    ON,
    /** No: a record is a whole call. */
    OFF
  }

  /** How commands reach the operator in a running job. */
  public enum CommandDelivery {
    /** As a second input, for which each record crosses a channel. */
    BROADCAST,
    /**
     * Through the JobManager: the operator stays chained to the one before it. Only in streaming
     * execution.
     */
    COORDINATOR
  }

  /** Where a batch is run. */
  public enum RunIn {
    /** On the task's own thread: the fastest where tasks fill the cores. */
    TASK,
    /** On a thread of the operator, while the task fills the next batch. */
    THREAD
  }

  /** What becomes of NaN and infinities. */
  public enum NonFinite {
    ACCEPT,
    /** The record goes to the dead letters. */
    REJECT
  }

  public static final ConfigOption<String> NAME =
      ConfigOptions.key("model.name")
          .stringType()
          .noDefaultValue()
          .withDescription("Name of the model that scores.");

  public static final ConfigOption<String> SIGNATURE_KEY =
      ConfigOptions.key("model.signature-key")
          .stringType()
          .noDefaultValue()
          .withDescription("Signature to run; by default serving_default, else the only one.");

  public static final ConfigOption<List<String>> TAGS =
      ConfigOptions.key("model.saved-model-tags")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription("Tag set of the graph to load; by default serve, else the only one.");

  public static final ConfigOption<List<String>> ROOTS =
      ConfigOptions.key("model.roots")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription("Locations below which models may lie; nothing outside is ever read.");

  public static final ConfigOption<OpsPolicy> OPS_POLICY =
      ConfigOptions.key("model.ops-policy")
          .enumType(OpsPolicy.class)
          .defaultValue(OpsPolicy.STANDARD)
          .withDescription(
              "Which TensorFlow ops a version may reach by its signature, its initialisers and its restore: standard refuses those that reach outside the graph, hide code in data, block or are unknown; strict also those that train or build input pipelines; off refuses none.");

  public static final ConfigOption<Sharing> SHARING =
      ConfigOptions.key("model.sharing")
          .enumType(Sharing.class)
          .defaultValue(Sharing.SLOT)
          .withDescription("Who shares one load of a model.");

  public static final ConfigOption<Overlap> OVERLAP =
      ConfigOptions.key("model.overlap")
          .enumType(Overlap.class)
          .defaultValue(Overlap.BOTH)
          .withDescription(
              "Whether the version that scores goes on while the next one is loaded and warmed up, for which both must fit the memory; or is closed first, and records wait until the next one is warm, or the old one loaded again.");

  public static final ConfigOption<SwitchPolicy> SWITCH_POLICY =
      ConfigOptions.key("model.switch-policy")
          .enumType(SwitchPolicy.class)
          .defaultValue(SwitchPolicy.AVAILABLE)
          .withDescription(
              "Which version scores a record: available, the one that is active by the commands so"
                  + " far, as soon as it is ready; event-time, the one that is valid at the"
                  + " record's timestamp by the effective-from of what was published, for which"
                  + " records wait if need be.");

  public static final ConfigOption<Integer> MAX_LOADED_VERSIONS =
      ConfigOptions.key("model.max-loaded-versions")
          .intType()
          .defaultValue(2)
          .withDescription(
              "With event-time, versions that a subtask holds at a time, at the most; above it, the"
                  + " one that was asked for longest ago is let go, and loaded again if it is asked"
                  + " for again. With model.overlap unload-first it is one.");

  public static final ConfigOption<Duration> RETENTION =
      ConfigOptions.key("model.retention")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription(
              "With event-time in a running job, how long behind the watermark records may be and"
                  + " still be scored by their version; one whose version ended before that is a"
                  + " NO_MODEL dead letter.");

  public static final ConfigOption<Integrity> INTEGRITY =
      ConfigOptions.key("model.integrity")
          .enumType(Integrity.class)
          .defaultValue(Integrity.IF_PRESENT)
          .withDescription(
              "Whether a version must have a manifest, and a command that publishes one its digest. Files are checked against a manifest that is there in any case.");

  public static final ConfigOption<Staging> STAGING =
      ConfigOptions.key("model.staging")
          .enumType(Staging.class)
          .defaultValue(Staging.DISK)
          .withDescription(
              "Where a version's files are kept for the load: in a private folder on the TaskManager's disk, or in its native memory, of which a load then needs the size of the files more; nothing is kept for the next load then. A probe reads files from a disk.");

  public static final ConfigOption<Duration> STABLE_FOR =
      ConfigOptions.key("model.stable-for")
          .durationType()
          .defaultValue(Duration.ofSeconds(1))
          .withDescription(
              "How long the files of a version that has neither a manifest nor an announced digest must keep their names, sizes and times before they are fetched; one that changes meanwhile is still being written, and rejected.");

  public static final ConfigOption<String> LOCAL_DIRECTORY =
      ConfigOptions.key("model.local-directory")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folder on the TaskManagers' own disks below which versions lie, those that are held and those that are kept for later; by default each TaskManager's folder for temporary files (io.tmp.dirs).");

  public static final ConfigOption<MemorySize> CACHE_SIZE =
      ConfigOptions.key("model.cache-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(4096))
          .withDescription(
              "What the versions below model.local-directory may take, for all jobs and processes that share it; above it, those that were used longest ago and that nothing holds are deleted.");

  public static final ConfigOption<Integer> MAX_NUM_LOAD_RETRIES =
      ConfigOptions.key("model.max-num-load-retries")
          .intType()
          .defaultValue(5)
          .withDescription(
              "How often a version is tried again that cannot be read from where it lies, before it is rejected.");

  public static final ConfigOption<Duration> LOAD_RETRY_INTERVAL =
      ConfigOptions.key("model.load-retry-interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(1))
          .withDescription(
              "Wait before the first retry; twice as long before each one after it, and every wait shortened by chance, by up to a half.");

  public static final ConfigOption<Duration> MAX_LOAD_RETRY_INTERVAL =
      ConfigOptions.key("model.max-load-retry-interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription("Longest wait before a retry; at least model.load-retry-interval.");

  public static final ConfigOption<Probe> PROBE =
      ConfigOptions.key("model.probe")
          .enumType(Probe.class)
          .defaultValue(Probe.OFF)
          .withDescription(
              "Whether a version is loaded and warmed up in a process of its own first, so that one that aborts, hangs or eats memory does not reach the TaskManager. That process runs on the CPU: a model with ops that only a GPU runs is refused.");

  public static final ConfigOption<Duration> PROBE_TIMEOUT =
      ConfigOptions.key("model.probe-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(60))
          .withDescription(
              "How long the probe may take, the start of its process included; one that takes longer has failed.");

  public static final ConfigOption<CommandDelivery> COMMAND_DELIVERY =
      ConfigOptions.key("control.delivery")
          .enumType(CommandDelivery.class)
          .defaultValue(CommandDelivery.BROADCAST)
          .withDescription(
              "How commands reach the running operator: broadcast, as a second input, for which each record crosses a channel; coordinator, through the JobManager, which keeps the operator chained and so costs a record nothing (see Limits).");

  public static final ConfigOption<Map<String, String>> INPUT_SHAPES =
      ConfigOptions.key("model.input-shapes")
          .mapType()
          .noDefaultValue()
          .withDescription(
              "Shapes of inputs whose rank or inner dimensions the signature leaves open, such as x: [-1, 3].");

  public static final ConfigOption<Batching> BATCHING =
      ConfigOptions.key("batching.mode")
          .enumType(Batching.class)
          .defaultValue(Batching.AUTO)
          .withDescription("Whether dimension 0 of the signature is a batch.");

  public static final ConfigOption<Integer> MAX_BATCH_SIZE =
      ConfigOptions.key("batching.max-batch-size")
          .intType()
          .defaultValue(128)
          .withDescription(
              "Records in a batch at the most (with batching.deterministic, 96, or 1); where inputs vary in length, those of one shape.");

  public static final ConfigOption<List<Integer>> ALLOWED_BATCH_SIZES =
      ConfigOptions.key("batching.allowed-batch-sizes")
          .intType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "Sizes that batches are run with, in increasing order, the last of them batching.max-batch-size: one between two of them is padded to the larger by repeating a row, for models whose records do not change each other's results. By default any size, without padding.");

  public static final ConfigOption<Boolean> DETERMINISTIC =
      ConfigOptions.key("batching.deterministic")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether every batch is padded to one size, 96 records (1 if max-batch-size is 1), so that a record's result is the same to the bit whatever its neighbours and its place among them: on the CPU, for models whose every tensor has a size that follows from the number of rows.");

  public static final ConfigOption<Boolean> PAD_VARIABLE_LENGTH_INPUTS =
      ConfigOptions.key("batching.pad-variable-length-inputs")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether records whose inputs differ in length share a run, padded at the end to the longest of the run; by default there is a run for each shape.");

  public static final ConfigOption<Map<String, String>> PAD_VALUES =
      ConfigOptions.key("batching.pad-values")
          .mapType()
          .noDefaultValue()
          .withDescription(
              "What pad-variable-length-inputs pads with: a value for each input of unknown inner dimensions.");

  public static final ConfigOption<Duration> BATCH_TIMEOUT =
      ConfigOptions.key("batching.batch-timeout")
          .durationType()
          .defaultValue(Duration.ofMillis(5))
          .withDescription("How long the first record of a batch waits for others at the most.");

  public static final ConfigOption<RunIn> RUN_IN =
      ConfigOptions.key("batching.run-in")
          .enumType(RunIn.class)
          .defaultValue(RunIn.TASK)
          .withDescription("Where a batch is run: the task's own thread, or a thread beside it.");

  public static final ConfigOption<Integer> MAX_ENQUEUED_BATCHES =
      ConfigOptions.key("batching.max-enqueued-batches")
          .intType()
          .defaultValue(2)
          .withDescription("Batches in flight at the most, where a thread runs them.");

  public static final ConfigOption<Integer> INTRA_OP_PARALLELISM =
      ConfigOptions.key("engine.intra-op-parallelism")
          .intType()
          .defaultValue(1)
          .withDescription("Threads inside one TensorFlow op; 0 lets TensorFlow choose.");

  public static final ConfigOption<Integer> INTER_OP_PARALLELISM =
      ConfigOptions.key("engine.inter-op-parallelism")
          .intType()
          .defaultValue(-1)
          .withDescription(
              "Threads across TensorFlow ops; -1 runs them in the caller's thread, 0 lets TensorFlow choose.");

  public static final ConfigOption<NonFinite> NON_FINITE_INPUT =
      ConfigOptions.key("records.non-finite-input")
          .enumType(NonFinite.class)
          .defaultValue(NonFinite.REJECT)
          .withDescription("What becomes of a record with NaN or infinite values.");

  public static final ConfigOption<NonFinite> NON_FINITE_OUTPUT =
      ConfigOptions.key("records.non-finite-output")
          .enumType(NonFinite.class)
          .defaultValue(NonFinite.ACCEPT)
          .withDescription(
              "What becomes of a record for which the model answers NaN or infinities.");

  private InferenceOptions() {}
}
