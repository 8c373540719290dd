package io.millrace.flink;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import io.millrace.model.SampleRow;
import io.millrace.tensorflow.TensorFlowEngine;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Record path and control path of one subtask, put together; every operator shell holds one.
 * Belongs to the task thread.
 */
final class InferenceRuntime<T, OUT> {
  /** The broadcast state that all shells use, so that a savepoint of one restores into another. */
  static final MapStateDescriptor<String, ServingState> STATE =
      new MapStateDescriptor<>(
          "millrace-models",
          Types.STRING,
          ValueTypeInformation.of(ServingState.class, ServingStateSerializer.INSTANCE));

  static final OutputTag<ModelEvent> EVENTS =
      new OutputTag<>("millrace-events", ModelEventSerializer.typeInformation());

  private final InferenceCore<T, OUT> core;
  private final ModelControl control;

  private InferenceRuntime(InferenceCore<T, OUT> core, ModelControl control) {
    this.core = core;
    this.control = control;
  }

  /**
   * @param copier copies records that the operators before may reuse, else null
   * @param state where the versions that score are kept, and the commands
   */
  static <T, OUT> InferenceRuntime<T, OUT> create(
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      StreamingRuntimeContext context,
      Output<StreamRecord<OUT>> output,
      ProcessingTimeService timers,
      MailboxExecutor mailbox,
      @Nullable TypeSerializer<T> copier,
      InferenceState state) {
    String name = "millrace " + settings.model() + " (" + place(context.getTaskInfo()) + ")";
    InferenceMetrics metrics = new InferenceMetrics(context.getMetricGroup());
    InferenceCore<T, OUT> core =
        new InferenceCore<>(
            settings,
            functions,
            new BatchEmitter<>(functions, settings.rejectNonFiniteOutput(), output, metrics),
            metrics,
            timers,
            mailbox,
            copier,
            settings.runIn() == RunIn.THREAD ? new BatchThread(name + " batches", mailbox) : null);
    EventReporter events = reporter(context, output);
    ModelLoader loader = loader(settings, functions, context);
    LoaderThread thread = new LoaderThread(name + " loader", mailbox);
    EventTimeSettings byTime = settings.byTime();
    if (byTime == null) {
      return new InferenceRuntime<>(
          core,
          new VersionControl(
              settings.model(), loader, thread, events, metrics, core, state.serving()));
    }
    EventTimeControl control =
        new EventTimeControl(
            settings, byTime, loader, thread, events, metrics, core, mailbox, state);
    core.chooseBy(control);
    return new InferenceRuntime<>(core, control);
  }

  private static String place(TaskInfo task) {
    return (task.getIndexOfThisSubtask() + 1) + "/" + task.getNumberOfParallelSubtasks();
  }

  private static EventReporter reporter(StreamingRuntimeContext context, Output<?> output) {
    TaskInfo task = context.getTaskInfo();
    return new EventReporter(
        context.getJobInfo().getJobName(),
        task.getIndexOfThisSubtask(),
        task.getNumberOfParallelSubtasks(),
        Clock.systemUTC(),
        event -> output.collect(EVENTS, new StreamRecord<>(event)));
  }

  private static ModelLoader loader(
      InferenceSettings settings,
      InferenceFunctions<?, ?> functions,
      StreamingRuntimeContext context) {
    return loader(
        settings,
        context.getTaskInfo(),
        Path.of(context.getTaskManagerRuntimeInfo().getTmpDirectories()[0]),
        context.getTaskManagerRuntimeInfo().getConfiguration(),
        functions.samples());
  }

  /**
   * @param temporary a folder for temporary files; models are copied and kept below it
   * @param taskManager the TaskManager's configuration, for the native memory that it has
   */
  static ModelLoader loader(
      InferenceSettings settings, TaskInfo task, Path temporary, ReadableConfig taskManager) {
    return loader(settings, task, temporary, taskManager, List.of());
  }

  private static ModelLoader loader(
      InferenceSettings settings,
      TaskInfo task,
      Path temporary,
      ReadableConfig taskManager,
      List<SampleRow> samples) {
    String scope =
        switch (settings.sharing()) {
          case SLOT -> task.getAllocationIDAsString();
          case TASK_MANAGER -> "task-manager";
        };
    SizeLimit limit = limit(settings, task.getNumberOfParallelSubtasks(), taskManager);
    ModelStore store =
        settings
            .fetch()
            .store(
                settings.roots(),
                temporary,
                remote ->
                    remote.with(settings.integrity()).with(settings.staging()).limitedBy(limit));
    return new ModelLoader(settings, scope, store, engine(), samples);
  }

  private static SizeLimit limit(
      InferenceSettings settings, int parallelism, ReadableConfig taskManager) {
    OffHeapMemory memory = OffHeapMemory.of(taskManager).orElse(null);
    return memory == null
        ? SizeLimit.NONE
        : (location, size) -> {
          Optional<String> shortfall =
              memory.shortfall(
                  location.toString(),
                  size,
                  settings.versionsAtOnce(),
                  settings.sharing(),
                  settings.staging(),
                  parallelism);
          if (shortfall.isPresent()) {
            throw new ModelException(ModelReason.TOO_LARGE, shortfall.get());
          }
        };
  }

  // Without TensorFlow in the process, or with a copy of the job's own, a restart changes nothing.
  private static ModelEngine engine() {
    try {
      return TensorFlowEngine.create();
    } catch (IllegalStateException e) {
      throw new UnfitRuntimeException(String.valueOf(e.getMessage()), e);
    } catch (LinkageError e) {
      throw new UnfitRuntimeException(
          "TensorFlow is not in the TaskManager's class path (" + e + "): " + RuntimeJars.MEND, e);
    }
  }

  InferenceCore<T, OUT> core() {
    return core;
  }

  ModelControl control() {
    return control;
  }

  void advance(Watermark watermark) throws Exception {
    control.watermark(watermark.getTimestamp());
    core.control(watermark);
  }

  void start(List<Command> initial, boolean codeDecides) throws Exception {
    control.start(initial, codeDecides);
  }

  /** At the end of input: nothing may be emitted from here on. */
  void finish() throws Exception {
    core.drain(FlushReason.END_OF_INPUT);
    control.finish();
  }

  void close() {
    try {
      control.stop();
    } finally {
      core.close(control::release);
    }
  }
}
