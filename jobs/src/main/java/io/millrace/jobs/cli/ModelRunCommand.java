package io.millrace.jobs.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.connectors.formats.JsonRecordFormat;
import io.millrace.connectors.formats.PredictionJson;
import io.millrace.connectors.formats.RecordLimits;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.InferenceException;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.TensorFlowEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One call of a signature: whole tensors in, whole tensors out, so that any signature works. */
@Command(
    name = "run",
    description = "Runs a signature once on a request in TensorFlow Serving's REST format.",
    footer = {
      "",
      "Example:",
      "  echo '{\"instances\": [{\"x\": [1.0]}]}' > in.json",
      "  millrace model run /models/fraud/7 --signature serving_default \\",
      "    --input in.json --output out.json"
    })
final class ModelRunCommand implements Callable<Integer> {
  private static final String STANDARD_STREAM = "-";
  private static final double GOLDEN_ABSOLUTE = 1e-6;
  private static final double GOLDEN_RELATIVE = 1e-5;
  private static final RecordLimits NO_LIMITS = new RecordLimits(Integer.MAX_VALUE, 1000);

  @Mixin private ModelArgument model = new ModelArgument();

  @Mixin private OpsPolicyOption policy = new OpsPolicyOption();

  @Option(
      names = "--signature",
      paramLabel = "KEY",
      description =
          "Signature to run; by default the request's signature_name, else serving_default, else"
              + " the only one.")
  private @Nullable String signatureKey;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "IN.json",
      description = "The request: instances (rows) or inputs (columns); - for standard input.")
  private String input = STANDARD_STREAM;

  @Option(
      names = "--output",
      paramLabel = "OUT.json",
      description = "Where {\"outputs\": {name: values}} goes; by default standard output.")
  private String output = STANDARD_STREAM;

  @Option(
      names = "--golden",
      description =
          "Write the request along, so that the output is a golden file: in the version's"
              + " assets.extra/golden.json, jobs hold the version against it before it scores.")
  private boolean golden;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws ModelException, InterruptedException, CommandException, IOException {
    PredictRequest request = PredictRequest.parse(readInput(), "input '" + input + "'");
    byte[] answer;
    try (ModelArgument.Opened opened = model.open();
        Model loaded = load(opened, request)) {
      answer = run(loaded, signature(loaded, request), request);
    }
    if (output.equals(STANDARD_STREAM)) {
      Console.out(spec).println(new String(answer, StandardCharsets.UTF_8));
    } else {
      Files.write(Path.of(output), answer);
    }
    return ExitCode.DONE;
  }

  private byte[] readInput() throws CommandException {
    try {
      return input.equals(STANDARD_STREAM)
          ? System.in.readAllBytes()
          : Files.readAllBytes(Path.of(input));
    } catch (IOException e) {
      throw CommandException.usage("cannot read input '" + input + "': " + e, e);
    }
  }

  private Model load(ModelArgument.Opened opened, PredictRequest request)
      throws ModelException, CommandException {
    LoadOptions options =
        LoadOptions.DEFAULT
            .withTags(model.tags())
            .withSignatureKey(key(request))
            .withOpsPolicy(policy.policy());
    try {
      return TensorFlowEngine.create().load(opened.files(), options);
    } catch (ModelException e) {
      throw usageIf(model.tags() != null, e);
    }
  }

  private @Nullable String key(PredictRequest request) {
    return signatureKey == null ? request.signatureName() : signatureKey;
  }

  private Signature signature(Model loaded, PredictRequest request)
      throws ModelException, CommandException {
    String key = key(request);
    try {
      return loaded.signature(key);
    } catch (ModelException e) {
      throw usageIf(key != null, e);
    }
  }

  // What was asked for by name and is not there is a wrong command line, not a bad model.
  private static ModelException usageIf(boolean asked, ModelException e) throws CommandException {
    if (asked && e.reason() == ModelReason.SIGNATURE_MISMATCH) {
      throw CommandException.usage(String.valueOf(e.getMessage()), e);
    }
    return e;
  }

  private byte[] run(Model loaded, Signature signature, PredictRequest request)
      throws ModelException, CommandException, IOException {
    ObjectNode columns = request.columns(signature);
    Signature stated = signature.withInputShapes(PredictRequest.openShapes(columns, signature));
    JsonRecordFormat format = JsonRecordFormat.builder().limits(NO_LIMITS).build();
    KafkaRecord record =
        new KafkaRecord(
            input, 0, 0, KafkaRecord.NO_TIMESTAMP, 0, null, PredictRequest.bytes(columns));
    try (Batch batch = loaded.newBatch(new BatchOptions(stated, false, 1, false))) {
      batch.append(record, format);
      batch.run(0, 1);
      return json(batch.prediction(0), golden ? columns : null);
    } catch (RecordException e) {
      throw CommandException.usage("input '" + input + "': " + e.getMessage(), e);
    } catch (InferenceException e) {
      throw CommandException.failed(
          "signature '" + signature.name() + "' failed: " + e.getMessage(), e);
    }
  }

  /**
   * @param inputs null where they are not written along
   */
  private static byte[] json(Prediction prediction, @Nullable ObjectNode inputs)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      if (inputs != null) {
        json.writeStringField("signature_name", prediction.signature().name());
        json.writeFieldName("inputs");
        json.writeRawValue(new String(PredictRequest.bytes(inputs), StandardCharsets.UTF_8));
      }
      json.writeFieldName("outputs");
      new PredictionJson().write(json, prediction);
      if (inputs != null) {
        writeTolerance(json);
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  // The defaults, to be changed by whoever knows the model.
  private static void writeTolerance(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("tolerance");
    json.writeNumberField("absolute", GOLDEN_ABSOLUTE);
    json.writeNumberField("relative", GOLDEN_RELATIVE);
    json.writeEndObject();
  }
}
