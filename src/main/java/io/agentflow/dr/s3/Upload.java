package io.agentflow.dr.s3;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.Section;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
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

    /** A section of the content, whose digest is known before it is sent, so that the server can compare. */
    record Part(int number, long from, long bytes, Sha256 sha256) {
        /** As S3 wants it. */
        String checksum() {
            return base64(sha256);
        }
    }

    /** Reads one section, as a part and as a piece of the whole. */
    Part read(int number, long from, long bytes, MessageDigest whole) {
        try (DigestingStream section =
                new DigestingStream(new Section(content.source().open(from), bytes))) {
            section.transferTo(new OutputStream() {
                @Override
                public void write(int one) {
                    whole.update((byte) one);
                }

                @Override
                public void write(byte[] buffer, int offset, int length) {
                    whole.update(buffer, offset, length);
                }
            });
            Digested read = section.result();
            return new Part(number, from, read.bytes(), read.sha256());
        } catch (IOException e) {
            throw new OperationFailed("'" + key + "' cannot be read: " + e.getMessage(), "Check the disk.", e);
        }
    }

    /** The bytes of a part, read again for every attempt: none of them are held in memory. */
    RequestBody body(Part part) {
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

    static String base64(Sha256 digest) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(digest.hex()));
    }
}
