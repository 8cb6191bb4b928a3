package io.agentflow.dr.azure;

import com.azure.core.util.BinaryData;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.Section;
import io.agentflow.dr.store.UploadPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;

/**
 * One object on its way to Azure, with a mark that no other upload bears: when an answer gets lost, it tells whether what
 * is there now is ours.
 */
record Upload(ObjectKey key, ObjectContent content, String mark) {
    /** Names of metadata are names in C#, which have no dashes. */
    static final String SHA256 = "af_sha256";

    static final String MARK = "af_upload";
    private static final int BUFFER = 64 * 1024;

    static Upload of(ObjectKey key, ObjectContent content) {
        return new Upload(key, content, UUID.randomUUID().toString());
    }

    /** What Azure compares by before it accepts. */
    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A checksum as the client wants it. */
    static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    /** The bytes of a part, read again for every attempt: none of them are held in memory. */
    BinaryData body(UploadPart part) {
        // Not as a stream: one that cannot go back, the client would hold in memory.
        Flux<ByteBuffer> bytes = Flux.generate(
                () -> new Section(content.source().open(part.from()), part.bytes()), Upload::next, Upload::close);
        return BinaryData.fromFlux(bytes, part.bytes(), false).block();
    }

    private static Section next(Section section, SynchronousSink<ByteBuffer> sink) {
        try {
            byte[] read = section.readNBytes(BUFFER);
            if (read.length == 0) {
                sink.complete();
            } else {
                sink.next(ByteBuffer.wrap(read));
            }
        } catch (IOException e) {
            sink.error(e);
        }
        return section;
    }

    private static void close(Section section) {
        try {
            section.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Azure keeps beside the object. */
    Map<String, String> metadata() {
        return Map.of(SHA256, content.sha256().hex(), MARK, mark);
    }

    /**
     * The name of a block. The same content cut the same way has the same ones, so that another try puts its blocks in the
     * place of what the first has left, and does not add to it.
     */
    String blockId(UploadPart part, long size) {
        ByteBuffer id = ByteBuffer.allocate(24)
                .put(HexFormat.of().parseHex(content.sha256().hex()), 0, 12)
                .putLong(size)
                .putInt(part.number());
        return Base64.getEncoder().encodeToString(id.array());
    }
}
