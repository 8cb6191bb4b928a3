package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * A section of an object, whose digest is known before it is sent, so that the server can compare.
 *
 * @param checksum the digest in base64
 */
public record UploadPart(int number, long from, long bytes, String checksum) {
    private static final int BUFFER = 64 * 1024;

    /**
     * Reads a whole object as one part.
     *
     * @param digest what the server compares by
     * @throws ObjectDamaged if it is not what it should be
     */
    public static UploadPart whole(ObjectKey key, ObjectContent content, MessageDigest digest) {
        MessageDigest whole = Sha256.newDigest();
        UploadPart all = read(key, content, 1, 0, content.bytes() + 1, digest, whole);
        content.require(key, new Digested(all.bytes(), Sha256.of(whole)));
        return all;
    }

    /** Reads one section, as a part and as a piece of the whole. */
    static UploadPart read(
            ObjectKey key,
            ObjectContent content,
            int number,
            long from,
            long bytes,
            MessageDigest digest,
            MessageDigest whole) {
        long read = 0;
        try (InputStream section = new Section(content.source().open(from), bytes)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = section.read(buffer); count >= 0; count = section.read(buffer)) {
                whole.update(buffer, 0, count);
                digest.update(buffer, 0, count);
                read += count;
            }
        } catch (IOException e) {
            throw new OperationFailed("'" + key + "' cannot be read: " + e.getMessage(), "Check the disk.", e);
        }
        return new UploadPart(number, from, read, Base64.getEncoder().encodeToString(digest.digest()));
    }
}
