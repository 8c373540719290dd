package io.millrace.jobs.whatif;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.jobs.compare.OutputLines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an output once and keeps a row of each record. */
final class SideReader implements OutputLines.Visitor {
  private static final int MAX_SCORERS = 10_000;

  private final Question question;
  private final SpilledRows rows;
  private final @Nullable SliceValues slices;
  private final Sha256 sha256 = new Sha256();
  private final Map<Scorer, Integer> scorers = new HashMap<>();
  private final List<Scorer> inOrder = new ArrayList<>();
  private final List<Long> scored = new ArrayList<>();
  private long records;

  /**
   * @param slices of the side that slices are cut by, null for the other
   */
  SideReader(Question question, SpilledRows rows, @Nullable SliceValues slices) {
    this.question = question;
    this.rows = rows;
    this.slices = slices;
  }

  @Override
  public void line(String file, long number, byte[] line) throws IOException {
    RecordJson record = RecordJson.of(file, number, line);
    String identity = record.identity(question);
    ByteBuffer digest = ByteBuffer.wrap(sha256.of(identity));
    rows.add(
        new Row(
            digest.getLong(),
            digest.getLong(),
            record.value(question.value()),
            slice(record),
            scorer(record),
            records));
    records++;
  }

  private long slice(RecordJson record) {
    if (slices == null || question.sliceBy() == null) {
      return 0;
    }
    JsonNode fields = record.fields();
    return slices.code(
        question.sliceBy().equals(Question.KEY) ? record.key() : fields.path(question.sliceBy()));
  }

  private int scorer(RecordJson record) throws IOException {
    Scorer scorer = record.scorer();
    Integer known = scorers.get(scorer);
    if (known == null) {
      if (inOrder.size() == MAX_SCORERS) {
        throw new IOException(
            "%s: more than %d versions: expected the output of a job"
                .formatted(record.place(), MAX_SCORERS));
      }
      known = inOrder.size();
      scorers.put(scorer, known);
      inOrder.add(scorer);
      scored.add(0L);
    }
    scored.set(known, scored.get(known) + 1);
    return known;
  }

  Side side(String location) {
    List<Side.Scored> found = new ArrayList<>();
    for (int i = 0; i < inOrder.size(); i++) {
      found.add(new Side.Scored(inOrder.get(i), scored.get(i)));
    }
    return new Side(location, records, found);
  }
}
