package io.millrace.flink;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelEvent;
import io.millrace.tensor.TimestampReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.FloatSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * One subtask of the two-input operator over floats, with a real model, time and barriers in the
 * test's hands. The output is one line an element: {@code value@version}, {@code value!REASON},
 * {@code W<timestamp>}.
 */
final class Harness implements AutoCloseable {
  static final String MODEL = "m";

  /** The three shells of the operator. */
  private enum Shell {
    BROADCAST,
    COORDINATED,
    OF_FIXED_VERSION
  }

  private final AbstractStreamOperatorTestHarness<String> harness;
  private final Path temporary;
  private long now;
  private int mailsRun;

  Harness(Path roots, List<Command> initial, int batchSize, RunIn runIn, int parallelism, int index)
      throws Exception {
    this(
        roots.toString(),
        initial,
        options(batchSize, runIn),
        parallelism,
        index,
        Shell.BROADCAST,
        null,
        null);
  }

  private static Configuration options(int batchSize, RunIn runIn) {
    Configuration options = new Configuration();
    options.set(InferenceOptions.MAX_BATCH_SIZE, batchSize);
    options.set(InferenceOptions.RUN_IN, runIn);
    return options;
  }

  /** With options of the job's own; not started. */
  static Harness with(Configuration options, Path roots, Command version, RunIn runIn)
      throws Exception {
    Configuration all = options(100, runIn);
    all.addAll(options);
    return new Harness(roots.toString(), List.of(version), all, 1, 0, Shell.BROADCAST, null, null);
  }

  /** Of a job whose models lie anywhere, and with options of its own. */
  static Harness open(String root, List<Command> initial, Configuration options) throws Exception {
    Harness harness = new Harness(root, initial, options, 1, 0, Shell.BROADCAST, null, null);
    harness.start(null);
    return harness;
  }

  /** As {@link #open(String, List, Configuration)}, not started. */
  static Harness of(Path roots, List<Command> initial, Configuration options) throws Exception {
    return new Harness(roots.toString(), initial, options, 1, 0, Shell.BROADCAST, null, null);
  }

  /** As {@link #open(String, List, Configuration)}, with times that are read from the records. */
  static Harness readingTimes(
      TimestampReader<Float> times, Path roots, List<Command> initial, Configuration options)
      throws Exception {
    Harness harness =
        new Harness(roots.toString(), initial, options, 1, 0, Shell.BROADCAST, null, times);
    harness.start(null);
    return harness;
  }

  /** The chained shell, with options of the job's own; coordinated or of versions for good. */
  static Harness chained(
      Path roots, List<Command> initial, boolean coordinated, Configuration options)
      throws Exception {
    Shell shell = coordinated ? Shell.COORDINATED : Shell.OF_FIXED_VERSION;
    Harness harness = new Harness(roots.toString(), initial, options, 1, 0, shell, null, null);
    harness.start(null);
    return harness;
  }

  /** With records that versions are warmed up with; not started. */
  static Harness warmedUpWith(List<Float> records, Path roots, Command version) throws Exception {
    return new Harness(
        roots.toString(),
        List.of(version),
        options(100, RunIn.TASK),
        1,
        0,
        Shell.BROADCAST,
        WarmUpRecords.of("samples.jsonl", records, FloatSerializer.INSTANCE),
        null);
  }

  /** The chained shell, for a version that the job's code names. */
  static Harness ofFixedVersion(Path roots, Command version) throws Exception {
    return chained(roots, List.of(version), Shell.OF_FIXED_VERSION);
  }

  /** The chained shell that gets its commands from the JobManager. */
  static Harness openCoordinated(Path roots, List<Command> initial) throws Exception {
    Harness harness = chained(roots, initial, Shell.COORDINATED);
    harness.start(null);
    return harness;
  }

  private static Harness chained(Path roots, List<Command> initial, Shell shell) throws Exception {
    return new Harness(
        roots.toString(), initial, options(100, RunIn.TASK), 1, 0, shell, null, null);
  }

  private Harness(
      String root,
      List<Command> initial,
      Configuration options,
      int parallelism,
      int index,
      Shell shell,
      @Nullable WarmUpRecords<Float> warmUpRecords,
      @Nullable TimestampReader<Float> times)
      throws Exception {
    Configuration config = new Configuration();
    config.set(InferenceOptions.NAME, MODEL);
    config.set(InferenceOptions.BATCH_TIMEOUT, Duration.ofMillis(5));
    config.set(InferenceOptions.STABLE_FOR, Duration.ofMillis(1));
    config.set(InferenceOptions.LOAD_RETRY_INTERVAL, Duration.ofMillis(1));
    config.set(InferenceOptions.MAX_LOAD_RETRY_INTERVAL, Duration.ofMillis(100));
    config.addAll(options);
    OutputTag<Rejection<Float>> rejections =
        new OutputTag<>(
            "rejections",
            ValueTypeInformation.of(
                rejectionType(), new RejectionSerializer<>(FloatSerializer.INSTANCE)));
    InferenceFunctions<Float, String> functions =
        new InferenceFunctions<>(
            (value, row) -> row.input("x").put(value),
            (value, prediction, version) -> value + "@" + version.version(),
            rejection -> rejection.record() + "!" + rejection.reason(),
            rejections,
            warmUpRecords,
            times);
    int versions = shell == Shell.OF_FIXED_VERSION ? 1 : 2;
    InferenceSettings settings = InferenceSettings.of(config, List.of(root), versions, true);
    harness =
        new AbstractStreamOperatorTestHarness<>(
            switch (shell) {
              case BROADCAST ->
                  new BroadcastInferenceOperator.Factory<>(settings, functions, initial);
              case COORDINATED ->
                  new CoordinatedInferenceOperator.Factory<>(settings, functions, initial, "path");
              case OF_FIXED_VERSION ->
                  new ChainedInferenceOperator.Factory<>(settings, functions, initial, true);
            },
            parallelism,
            parallelism,
            index);
    harness
        .getStreamConfig()
        .setTypeSerializerOut(
            Types.STRING.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
    harness
        .getStreamConfig()
        .setupNetworkInputs(FloatSerializer.INSTANCE, CommandSerializer.INSTANCE);
    harness.getStreamConfig().serializeAllConfigs();
    harness.setup(
        Types.STRING.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
    temporary = Files.createTempDirectory("millrace-harness");
    temporary(temporary);
  }

  /** Before the start: where the TaskManager has its files, the cache of versions among them. */
  void temporary(Path folder) {
    harness.getEnvironment().getTaskManagerInfo().getTmpDirectories()[0] = folder.toString();
  }

  @SuppressWarnings("unchecked")
  private static Class<Rejection<Float>> rejectionType() {
    return (Class<Rejection<Float>>) (Class<?>) Rejection.class;
  }

  static Harness open(Path roots, List<Command> initial, int batchSize, RunIn runIn)
      throws Exception {
    Harness harness = new Harness(roots, initial, batchSize, runIn, 1, 0);
    harness.start(null);
    return harness;
  }

  static Publish publish(Path roots, long version, long sequence) {
    return new Publish(
        MODEL, version, roots.resolve(Long.toString(version)).toUri(), null, sequence, true, null);
  }

  /** Before the start: what Flink's scripts compute for a TaskManager that is a process. */
  void processOf(int slots, String offHeap) {
    Configuration taskManager = harness.getEnvironment().getTaskManagerInfo().getConfiguration();
    taskManager.addAll(OffHeapMemoryTest.taskManager(slots, offHeap));
  }

  void start(@Nullable OperatorSubtaskState state) throws Exception {
    if (state == null) {
      harness.initializeEmptyState();
    } else {
      harness.initializeState(state);
    }
    harness.open();
  }

  @SuppressWarnings("unchecked")
  private BroadcastInferenceOperator<Float, String> operator() {
    return (BroadcastInferenceOperator<Float, String>) (Object) harness.getOperator();
  }

  void record(float value) throws Exception {
    record(new StreamRecord<>(value));
  }

  void record(float value, long timestamp) throws Exception {
    record(new StreamRecord<>(value, timestamp));
  }

  @SuppressWarnings("unchecked")
  private void record(StreamRecord<Float> record) throws Exception {
    Object running = harness.getOperator();
    if (running instanceof ChainedInferenceOperator<?, ?> chained) {
      ((ChainedInferenceOperator<Float, String>) chained).processElement(record);
    } else {
      operator().processElement1(record);
    }
  }

  void command(Command command) throws Exception {
    operator().processElement2(new StreamRecord<>(command));
  }

  /** Commands that come from the JobManager at once. */
  void commands(List<? extends Command> commands, boolean again) {
    ((CoordinatedInferenceOperator<?, ?>) (Object) harness.getOperator())
        .handleOperatorEvent(new CommandEvent(List.copyOf(commands), again));
  }

  void watermark(long timestamp) throws Exception {
    operator().processWatermark1(new Watermark(timestamp));
  }

  void commandWatermark(long timestamp) throws Exception {
    operator().processWatermark2(new Watermark(timestamp));
  }

  void advance(long millis) throws Exception {
    now += millis;
    harness.setProcessingTime(now);
  }

  /** Runs mails until the condition holds. */
  void await(BooleanSupplier condition) throws Exception {
    await(condition, Duration.ofMinutes(3));
  }

  void await(BooleanSupplier condition, Duration timeout) throws Exception {
    long deadline = System.nanoTime() + timeout.toNanos();
    TaskMailbox mailbox = harness.getTaskMailbox();
    while (!condition.getAsBoolean()) {
      var mail = mailbox.tryTake(TaskMailbox.MIN_PRIORITY);
      if (mail.isPresent()) {
        mail.get().run();
        mailsRun++;
      } else if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "not within " + timeout + "; output " + output() + ", events " + events());
      } else {
        Thread.onSpinWait();
      }
    }
  }

  void awaitActive(long version) throws Exception {
    await(() -> activeVersion() == version);
  }

  long activeVersion() {
    long active = -1;
    for (ModelEvent event : events()) {
      if (event.active() && event.reason() == null) {
        active = event.version();
      }
    }
    return active;
  }

  void beforeBarrier() throws Exception {
    harness.prepareSnapshotPreBarrier(1);
  }

  OperatorSubtaskState snapshot() throws Exception {
    harness.prepareSnapshotPreBarrier(1);
    return harness.snapshot(1, now);
  }

  int mailsRun() {
    return mailsRun;
  }

  void finish() throws Exception {
    operator().finish();
  }

  void endOfRecords() throws Exception {
    operator().endInput(1);
  }

  List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object element : harness.getOutput()) {
      lines.add(
          element instanceof Watermark watermark
              ? "W" + watermark.getTimestamp()
              : (String) ((StreamRecord<?>) element).getValue());
    }
    return lines;
  }

  /** Of the records in the output; all have one. */
  List<Long> timestamps() {
    List<Long> timestamps = new ArrayList<>();
    for (Object element : harness.getOutput()) {
      if (element instanceof StreamRecord<?> record) {
        timestamps.add(record.getTimestamp());
      }
    }
    return timestamps;
  }

  List<ModelEvent> events() {
    var events = harness.getSideOutput(InferenceRuntime.EVENTS);
    return events == null ? List.of() : events.stream().map(StreamRecord::getValue).toList();
  }

  @Override
  public void close() throws Exception {
    harness.close();
    FileUtils.deleteDirectoryQuietly(temporary.toFile());
  }
}
