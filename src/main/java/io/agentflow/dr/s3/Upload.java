package io.agentflow.dr.s3;

import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.Section;
import io.agentflow.dr.store.UploadPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * One object on its way to S3, with a mark that no other upload bears: when an answer gets lost, it tells whether what is
 * there now is ours.
 */
record Upload(ObjectKey key, ObjectContent content, String mark) {
    static final String SHA256 = "af-sha256";
    static final String MARK = "af-upload";
    private static final String TYPE = "application/octet-stream";

    static Upload of(ObjectKey key, ObjectContent content) {
        return new Upload(key, content, UUID.randomUUID().toString());
    }

    /** The bytes of a part, read again for every attempt: none of them are held in memory. */
    RequestBody body(UploadPart part) {
        return RequestBody.fromContentProvider(
                () -> {
                    try {
                        return new Section(content.source().open(part.from()), part.bytes());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                part.bytes(),
                TYPE);
    }

    /** What S3 keeps beside the object. */
    Map<String, String> metadata() {
        return Map.of(SHA256, content.sha256().hex(), MARK, mark);
    }
}
