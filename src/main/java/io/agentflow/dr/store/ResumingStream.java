package io.agentflow.dr.store;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object from end to end. When a connection breaks, it goes on where it was: an object may be hundreds of
 * gigabytes long. Objects never change, so what comes then fits what came before.
 */
public final class ResumingStream extends InputStream {
    /** So often in a row without a byte read, and it gives up. */
    static final int TRIES = 5;

    private final ObjectStore store;
    private final ObjectKey key;
    private final Duration pause;
    private @Nullable InputStream source;
    private long position;
    private int failures;

    /** @param pause before the second try to go on; each further one waits twice as long */
    public ResumingStream(ObjectStore store, ObjectKey key, Duration pause) {
        this.store = store;
        this.key = key;
        this.pause = pause;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads on.
     *
     * @throws AfException if the object is missing, or the store fails for good
     */
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (true) {
            try {
                int count = opened().read(buffer, offset, length);
                position += Math.max(0, count);
                failures = count > 0 ? 0 : failures;
                return count;
            } catch (IOException e) {
                failed(StoreUnreachable.passing(store, "'" + key + "': " + e.getMessage(), e));
            } catch (StoreUnreachable e) {
                failed(e);
            }
        }
    }

    private InputStream opened() {
        InputStream open = source;
        if (open == null) {
            open = store.open(key, position);
            source = open;
        }
        return open;
    }

    private void failed(StoreUnreachable failure) throws IOException {
        close();
        failures++;
        if (failures >= TRIES || !failure.retryable()) {
            throw failure;
        }
        if (failures > 1) {
            pause(pause.multipliedBy(1L << (failures - 2)));
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("interrupted while an object was read", "Run the command again.", e);
        }
    }

    @Override
    public void close() throws IOException {
        InputStream open = source;
        source = null;
        if (open != null) {
            open.close();
        }
    }
}
