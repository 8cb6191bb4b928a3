package io.agentflow.dr.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;

/**
 * How a manifest is written as JSON: no doubled fields, not too deep, not too long. Apart from the binding of its fields,
 * which takes a tenth of a second to set up.
 */
final class ManifestSyntax {
    /** 100,000 tables need about 20 MB. */
    static final long MAX_BYTES = 48L * 1024 * 1024;

    private static final int MAX_DEPTH = 12;

    static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Whoever opened the stream closes it, and may want to digest the rest of it first.
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(MAX_BYTES)
                    .maxNestingDepth(MAX_DEPTH)
                    .build())
            .build();

    private ManifestSyntax() {}
}
