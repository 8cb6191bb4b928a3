package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.LongConsumer;

/** Reads objects out of a store: size and digest are compared on the way, a broken connection is taken up again. */
public final class FetchObject {
    static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int BUFFER = 128 * 1024;

    private final BackupStore store;
    private final Duration pause;

    public FetchObject(BackupStore store) {
        this(store, PAUSE);
    }

    FetchObject(BackupStore store, Duration pause) {
        this.store = store;
        this.pause = pause;
    }

    /**
     * Reads all of an object and says what it was.
     *
     * @param limit more bytes than that are not taken
     * @param to gets the bytes; not closed
     * @param progress gets the number of bytes of each piece
     * @throws IOException if they cannot be written
     * @throws ObjectDamaged if there are more
     */
    public Digested read(ObjectKey key, long limit, OutputStream to, LongConsumer progress) throws IOException {
        try (DigestingStream object = new DigestingStream(new ResumingStream(store, key, pause))) {
            byte[] buffer = new byte[BUFFER];
            for (int count = object.read(buffer); count >= 0; count = object.read(buffer)) {
                if (object.bytes() > limit) {
                    throw new ObjectDamaged(
                            "'" + key + "' in " + store.name() + " is longer than " + limit + " bytes",
                            "Do not restore from it; take another backup.");
                }
                to.write(buffer, 0, count);
                progress.accept(count);
            }
            return object.result();
        }
    }

    /**
     * Reads an object of which it is known what it must be.
     *
     * @throws ObjectDamaged if it is not; what was written until then is worth nothing
     */
    public void fetch(ObjectKey key, Digested expected, OutputStream to) throws IOException {
        Digested read = read(key, expected.bytes(), to, count -> {});
        if (!read.equals(expected)) {
            throw new ObjectDamaged(
                    "'" + key + "' in " + store.name() + " is not what was stored: " + read.bytes()
                            + " bytes with SHA-256 " + read.sha256().abbreviated() + " instead of " + expected.bytes()
                            + " with " + expected.sha256().abbreviated(),
                    "Do not restore from it; take another backup.");
        }
    }
}
