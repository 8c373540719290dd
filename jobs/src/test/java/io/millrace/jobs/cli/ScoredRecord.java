package io.millrace.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;

/**
 * What a replay made of a record, in whatever format it wrote it.
 *
 * @param id the field of that name, 0 where no fields went along
 */
record ScoredRecord(
    int id, @Nullable String key, double answer, String model, long version, String digest) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Those of all files below a folder but for dead letters, by their ids. */
  static List<ScoredRecord> below(Path folder) throws IOException {
    List<ScoredRecord> records = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path file : paths.filter(Files::isRegularFile).toList()) {
        if (!folder.relativize(file).startsWith("_dead-letters")) {
          addAll(file, records);
        }
      }
    }
    records.sort(Comparator.comparingInt(ScoredRecord::id));
    return records;
  }

  private static void addAll(Path file, List<ScoredRecord> records) throws IOException {
    String name = file.toString();
    if (name.endsWith(".jsonl")) {
      for (String line : Files.readAllLines(file)) {
        records.add(of(JSON.readTree(line)));
      }
    } else if (name.endsWith(".avro")) {
      try (DataFileReader<GenericRecord> reader =
          new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
        reader.forEach(record -> records.add(of(record)));
      }
    } else if (name.endsWith(".parquet")) {
      try (ParquetReader<GenericRecord> reader =
          AvroParquetReader.<GenericRecord>builder(new LocalInputFile(file))
              .withDataModel(GenericData.get())
              .build()) {
        for (GenericRecord next = reader.read(); next != null; next = reader.read()) {
          records.add(of(next));
        }
      }
    }
  }

  private static ScoredRecord of(JsonNode record) {
    return new ScoredRecord(
        record.at("/fields/id").asInt(),
        record.get("key").isNull() ? null : record.get("key").asText(),
        record.at("/predictions/y/0").asDouble(),
        record.at("/model/name").asText(),
        record.at("/model/version").asLong(),
        record.at("/model/digest").asText());
  }

  private static ScoredRecord of(GenericRecord record) {
    GenericRecord predictions = (GenericRecord) record.get("predictions");
    GenericRecord model = (GenericRecord) record.get("model");
    ByteBuffer key = (ByteBuffer) record.get("key");
    return new ScoredRecord(
        record.hasField("fields")
            ? Integer.parseInt(((GenericRecord) record.get("fields")).get("id").toString())
            : 0,
        key == null ? null : UTF_8.decode(key).toString(),
        ((Number) ((List<?>) predictions.get("y")).get(0)).doubleValue(),
        model.get("name").toString(),
        (long) model.get("version"),
        model.get("digest").toString());
  }
}
