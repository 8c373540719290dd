package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;

/** JSON as records carry it: UTF-8, within limits, with Jackson's faster number code. */
final class JsonFactories {
  private JsonFactories() {}

  static JsonFactory within(RecordLimits limits) {
    return JsonFactory.builder()
        // Field names may be keys of someone's map: never fill the JVM's string table with them.
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        // Byte offsets are used to cut values out, which holds for UTF-8 only.
        .disable(JsonFactory.Feature.CHARSET_DETECTION)
        .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
        .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
        .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(limits.maxNestingDepth())
                .maxStringLength(limits.maxRecordBytes())
                .build())
        .build();
  }
}
