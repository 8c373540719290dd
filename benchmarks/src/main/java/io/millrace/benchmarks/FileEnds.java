package io.millrace.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.connectors.files.FileHistory;
import io.millrace.connectors.files.LocatedRecord;
import io.millrace.connectors.files.ReadLimits;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.flink.InferenceOptions;
import io.millrace.jobs.ReplayJob;
import io.millrace.jobs.ReplayOptions;
import io.millrace.jobs.ReplayOptions.FileFormat;
import io.millrace.jobs.ScoreTopicOptions;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;

/**
 * Local files of the pool's records in turn, and the jobs that read them. There is one file of each
 * format, under many names: a run reads as many as it is to have records, and all of them lie in
 * the page cache.
 *
 * <p>Reading alone is what a replay begins with: the same source over the same files with the same
 * columns, whose records are counted and dropped.
 */
final class FileEnds {
  private static final int NAMES = 64;
  private static final JsonFactory JSON = new JsonFactory();
  private static final TensorSpec INPUT =
      new TensorSpec("x", ElementType.FLOAT32, Shape.of(Network.INPUTS));
  private static final Schema SCHEMA =
      SchemaBuilder.record("digit")
          .fields()
          .requiredLong("id")
          .name(INPUT.name())
          .type()
          .array()
          .items()
          .floatType()
          .noDefault()
          .endRecord();

  private final Path folder;
  private final Map<Format, Integer> records;
  private int outputs;

  private FileEnds(Path folder, Map<Format, Integer> records) {
    this.folder = folder;
    this.records = records;
  }

  /**
   * Writes the files.
   *
   * @param records how many the files of each format hold, whole pools
   */
  static FileEnds write(Path folder, Map<Format, Integer> records) throws IOException {
    FileEnds ends = new FileEnds(folder, records);
    for (Format format : records.keySet()) {
      Files.createDirectories(ends.folder(format));
      Path first = ends.file(format, 0);
      switch (format) {
        case BINARY -> writeRaw(first, ends.each(format));
        case PARQUET -> writeParquet(first, ends.each(format));
        case AVRO -> writeAvro(first, ends.each(format));
        case JSON -> throw notWritten(format);
      }
      for (int name = 1; name < NAMES; name++) {
        Files.createLink(ends.file(format, name), first);
      }
    }
    return ends;
  }

  private static IllegalArgumentException notWritten(Format format) {
    return new IllegalArgumentException(format + ": expected a format of files");
  }

  private Path folder(Format format) {
    return folder.resolve(format.name().toLowerCase(Locale.ROOT));
  }

  private Path file(Format format, int name) {
    return folder(format).resolve(String.format(Locale.ROOT, "part-%02d", name));
  }

  private static void writeRaw(Path file, int records) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < records; i++) {
        out.write(Records.binary(i));
      }
    }
  }

  private static void writeParquet(Path file, int records) throws IOException {
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withSchema(SCHEMA)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .build()) {
      for (int i = 0; i < records; i++) {
        writer.write(generic(i));
      }
    }
  }

  private static void writeAvro(Path file, int records) throws IOException {
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(SCHEMA))) {
      writer.setCodec(CodecFactory.snappyCodec()).create(SCHEMA, file.toFile());
      for (int i = 0; i < records; i++) {
        writer.append(generic(i));
      }
    }
  }

  private static GenericRecord generic(int place) {
    List<Float> values = new ArrayList<>(Network.INPUTS);
    for (float value : Records.values(place & (Records.POOL - 1))) {
      values.add(value);
    }
    return new GenericRecordBuilder(SCHEMA)
        .set("id", (long) place)
        .set(INPUT.name(), values)
        .build();
  }

  /** The records of a file. */
  int each(Format format) {
    return records.getOrDefault(format, 0);
  }

  /** The most records that a run can have. */
  int limit(Format format) {
    return NAMES * each(format);
  }

  /** Runs a job over so many records, and checks what it wrote. */
  Sample run(
      LocalCluster cluster, StreamExecutionEnvironment env, Arm arm, Subject subject, int count)
      throws Exception {
    Format format = arm.setting().format();
    List<Path> inputs =
        IntStream.range(0, count / each(format)).mapToObj(name -> file(format, name)).toList();
    Path output = folder.resolve("output-" + outputs++);
    if (arm.peer() == Peer.REPLAY) {
      ReplayJob.build(env, replay(arm.setting(), subject, inputs, output));
    } else {
      addReading(env, format, inputs);
    }
    Meter meter = Meter.begin(count);
    cluster.runOnceOpen(env, meter);
    if (arm.peer() == Peer.REPLAY) {
      check(output, subject);
      Benchmark.delete(output);
    }
    return meter.sample(arm.toText());
  }

  private static Configuration replay(
      Setting setting, Subject subject, List<Path> inputs, Path output) {
    Configuration config = new Configuration();
    config.set(ReplayOptions.INPUT_PATHS, inputs.stream().map(Path::toString).toList());
    config.set(
        ReplayOptions.INPUT_FORMAT,
        switch (setting.format()) {
          case BINARY -> FileFormat.RAW;
          case PARQUET -> FileFormat.PARQUET;
          case AVRO -> FileFormat.AVRO;
          case JSON -> throw notWritten(setting.format());
        });
    config.set(ReplayOptions.OUTPUT_PATH, output.toString());
    config.set(InferenceOptions.NAME, Pipelines.MODEL);
    config.set(ScoreTopicOptions.MODEL_URI, subject.savedModel());
    config.set(InferenceOptions.MAX_BATCH_SIZE, setting.cap());
    // Nobody is writing the model any more.
    config.set(InferenceOptions.STABLE_FOR, Duration.ofMillis(1));
    return config;
  }

  private static void addReading(StreamExecutionEnvironment env, Format format, List<Path> inputs)
      throws IOException {
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    MemoryEnds.check(
        env.fromSource(source(format, inputs), WatermarkStrategy.noWatermarks(), "history")
            .map(record -> 0f)
            .returns(Types.FLOAT),
        Check.ofCount());
  }

  private static Source<LocatedRecord, ?, ?> source(Format format, List<Path> inputs)
      throws IOException {
    List<org.apache.flink.core.fs.Path> paths =
        inputs.stream().map(input -> new org.apache.flink.core.fs.Path(input.toUri())).toList();
    ReadLimits limits =
        new ReadLimits(
            (int) ScoreTopicOptions.MAX_RECORD_SIZE.defaultValue().getBytes(),
            ReplayOptions.SPLIT_SIZE.defaultValue().getBytes(),
            ReplayOptions.DAMAGED_FILES.defaultValue());
    RecordFields fields = RecordFields.of(List.of(), null, List.of(INPUT), List.of(), false);
    return switch (format) {
      case BINARY -> FileHistory.raw(paths, Network.INPUTS * Float.BYTES, limits);
      case PARQUET -> FileHistory.parquet(paths, fields, limits);
      case AVRO -> FileHistory.avro(paths, fields, limits);
      case JSON -> throw notWritten(format);
    };
  }

  /** The files of predictions have those of a file of records each, in its order. */
  private static void check(Path output, Subject subject) throws IOException {
    Check check = new Check(subject.expected());
    try (Stream<Path> files = Files.walk(output)) {
      for (Path file : files.filter(it -> it.toString().endsWith(".jsonl")).toList()) {
        try (JsonParser json = JSON.createParser(file.toFile())) {
          while (json.nextToken() != null) {
            // The only array of a line is that of the outputs.
            if (json.currentToken() == JsonToken.START_ARRAY) {
              json.nextToken();
              check.accept(json.getFloatValue());
            }
          }
        }
      }
    }
  }
}
