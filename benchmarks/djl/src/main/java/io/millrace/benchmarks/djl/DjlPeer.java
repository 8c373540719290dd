package io.millrace.benchmarks.djl;

import ai.djl.MalformedModelException;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Scores records with DJL's usual API, one {@code predict} a record, in a plain loop without Flink.
 * Each line of standard input is a number of records to score; each answer is a line {@code <wall
 * nanos> <CPU nanos> <largest error>}. Ends with standard input.
 */
public final class DjlPeer {
  private DjlPeer() {}

  /** DJL's default: rows are stacked to a batch, here of one. */
  private static final class Row implements Translator<float[], Float> {
    @Override
    public NDList processInput(TranslatorContext context, float[] input) {
      return new NDList(context.getNDManager().create(input));
    }

    @Override
    public Float processOutput(TranslatorContext context, NDList list) {
      return list.get(0).getFloat(0);
    }

    @Override
    public Batchifier getBatchifier() {
      return Batchifier.STACK;
    }
  }

  /**
   * @param args the SavedModel's directory; a file with little-endian float32 rows; a file with the
   *     score expected of each
   */
  public static void main(String[] args)
      throws IOException, ModelNotFoundException, MalformedModelException, TranslateException {
    float[] expected = floats(Path.of(args[2]));
    byte[][] rows = rows(Path.of(args[1]), expected.length);
    Criteria<float[], Float> criteria =
        Criteria.builder()
            .setTypes(float[].class, Float.class)
            .optModelPath(Path.of(args[0]))
            .optEngine("TensorFlow")
            .optTranslator(new Row())
            .build();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (ZooModel<float[], Float> model = criteria.loadModel();
        Predictor<float[], Float> predictor = model.newPredictor()) {
      System.out.println("ready " + Engine.getDjlVersion());
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        System.out.println(run(predictor, rows, expected, Integer.parseInt(line)));
      }
    }
  }

  private static String run(
      Predictor<float[], Float> predictor, byte[][] rows, float[] expected, int records)
      throws TranslateException {
    com.sun.management.OperatingSystemMXBean system =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    float largest = 0;
    for (int i = 0; i < records; i++) {
      int row = i % rows.length;
      float[] values = new float[rows[row].length / Float.BYTES];
      ByteBuffer.wrap(rows[row]).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
      largest = Math.max(largest, Math.abs(predictor.predict(values) - expected[row]));
    }
    long wall = System.nanoTime() - start;
    return wall + " " + (system.getProcessCpuTime() - cpu) + " " + largest;
  }

  private static float[] floats(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static byte[][] rows(Path file, int count) throws IOException {
    byte[][] rows = new byte[count][(int) (Files.size(file) / count)];
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      for (byte[] row : rows) {
        in.readFully(row);
      }
    }
    return rows;
  }
}
