package io.millrace.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.ModelException;
import io.millrace.tensorflow.ModelScan;
import io.millrace.tensorflow.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code model scan} prints, as text and as JSON. */
final class ScanReport {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final ModelArgument.Opened opened;
  private final ModelScan scan;
  private final @Nullable String asked;
  private final Map<String, List<Refusal>> verdicts = new TreeMap<>();

  /**
   * @param asked the only signature to report, or null for all
   * @throws ModelException if there is no such signature
   */
  ScanReport(ModelArgument.Opened opened, ModelScan scan, @Nullable String asked)
      throws ModelException {
    this.opened = opened;
    this.scan = scan;
    this.asked = asked;
    for (String key : asked == null ? scan.ofSignatures().keySet() : List.of(asked)) {
      verdicts.put(key, scan.refusals(key));
    }
  }

  /** Whether the signature that would be run is accepted; where none would, any. */
  boolean isAccepted() {
    return asked == null ? scan.isAccepted() : verdicts.getOrDefault(asked, List.of()).isEmpty();
  }

  /** One line about what is refused. */
  String refusal() {
    String key = asked == null ? scan.defaultSignature() : asked;
    List<Refusal> refusals = new ArrayList<>();
    if (key != null) {
      refusals.addAll(verdicts.getOrDefault(key, List.of()));
    } else {
      refusals.addAll(scan.ofModel());
      scan.ofSignatures().values().forEach(refusals::addAll);
    }
    return refusals.isEmpty()
        ? opened.location() + " has no signatures: export it with at least one"
        : scan.describe(refusals);
  }

  /** The stable form for scripts. */
  String toJson() throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("location", opened.location().toString());
    root.put("digest", opened.files().digest());
    root.put("file", scan.file().substring(scan.file().lastIndexOf('/') + 1));
    root.put("ops-policy", scan.policyName());
    scan.tags().forEach(root.putArray("tags")::add);
    root.put("default-signature", scan.defaultSignature());
    root.put("accepted", isAccepted());
    put(root.putArray("refusals"), scan.ofModel());
    ObjectNode signatures = root.putObject("signatures");
    verdicts.forEach(
        (key, all) -> {
          ObjectNode node = signatures.putObject(key);
          node.put("accepted", all.isEmpty());
          put(node.putArray("refusals"), own(key));
        });
    return JSON.writeValueAsString(root) + "\n";
  }

  /** What speaks against this signature beside what speaks against the model. */
  private List<Refusal> own(String key) {
    return scan.ofSignatures().getOrDefault(key, List.of());
  }

  private static void put(ArrayNode target, List<Refusal> refusals) {
    for (Refusal refusal : refusals) {
      ObjectNode node = target.addObject();
      node.put("reason", refusal.reason().name()).put("message", refusal.message());
      node.put("op", refusal.op()).put("node", refusal.node());
      node.put("function", refusal.function());
    }
  }

  String toText() {
    StringBuilder text = new StringBuilder();
    text.append("location    ").append(opened.location()).append('\n');
    text.append("digest      ").append(opened.files().digest()).append('\n');
    text.append("ops-policy  ").append(scan.policyName()).append("\n\n");
    boolean modelAccepted = scan.ofModel().isEmpty();
    put(text, "model", modelAccepted ? "accepted" : "refused", scan.ofModel());
    String refused = modelAccepted ? "refused" : "refused, as the model is (see above)";
    verdicts.forEach(
        (key, all) ->
            put(text, "signature '" + key + "'", all.isEmpty() ? "accepted" : refused, own(key)));
    return text.toString();
  }

  private static void put(StringBuilder text, String what, String verdict, List<Refusal> refusals) {
    text.append(what).append(": ").append(verdict).append('\n');
    for (Refusal refusal : refusals) {
      text.append("  ").append(refusal.reason()).append("  ").append(refusal.message());
      text.append('\n');
    }
  }
}
