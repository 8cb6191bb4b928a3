package io.agentflow.dr.route;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * The bytes of a content on their way out. The last of them are handed over only if all together are what they must be:
 * whoever sends them on never comes to an end with others, and so gives none of them their name.
 */
final class ExpectedStream extends InputStream {
    private final ObjectKey key;
    private final ObjectContent content;
    private final InputStream source;
    private final MessageDigest digest = Sha256.newDigest();
    private long bytes;
    private boolean compared;

    ExpectedStream(ObjectKey key, ObjectContent content) throws IOException {
        this.key = key;
        this.content = content;
        this.source = content.open();
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads on.
     *
     * @throws io.agentflow.dr.store.ObjectDamaged instead of the last bytes, if any was not what it must be
     * @throws OperationFailed if the content cannot be read
     */
    @Override
    public int read(byte[] buffer, int offset, int length) {
        int count = next(buffer, offset, length);
        if (count > 0) {
            bytes += count;
            if (!compared) {
                digest.update(buffer, offset, count);
            }
        }
        if (bytes > content.bytes() || (!compared && (count < 0 || bytes == content.bytes()))) {
            content.require(key, new Digested(bytes, Sha256.of(digest)));
            compared = true;
        }
        return count;
    }

    private int next(byte[] buffer, int offset, int length) {
        try {
            return source.read(buffer, offset, length);
        } catch (IOException e) {
            throw unreadable(key, e);
        }
    }

    /** No fault of the store's, and no reason to try again. */
    static OperationFailed unreadable(ObjectKey key, IOException e) {
        return new OperationFailed("'" + key + "' cannot be read: " + Reason.of(e), "Check the disk.", e);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
