package io.agentflow.dr.store;

import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells who works on a directory store. Every backup being built holds the lock of {@code <store>/.lock} shared; whoever
 * gets it alone knows that all partials are dead and sweeps them. The kernel gives the lock up when its owner dies,
 * however it dies.
 */
public final class StoreLock implements AutoCloseable {
    /** Java refuses a second lock on the same file within one process, shared or not: so all users share this one. */
    private static final Map<Path, Shared> HELD = new HashMap<>();

    private record Shared(FileChannel channel, AtomicInteger users) {}

    private final Path file;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private StoreLock(Path file) {
        this.file = file;
    }

    /** Sweeps what dead owners left, if nobody is at work, then holds the lock until closed. */
    public static StoreLock hold(DirectoryStore store) {
        synchronized (HELD) {
            try {
                if (!Files.isDirectory(store.root())) {
                    store.permissions().createDirectories(store.root());
                }
                Path file = store.root().toRealPath().resolve(".lock");
                Shared shared = HELD.get(file);
                if (shared == null) {
                    shared = acquire(store, file);
                    HELD.put(file, shared);
                }
                shared.users.incrementAndGet();
                return new StoreLock(file);
            } catch (IOException e) {
                throw new Refused(
                        "the store " + store.root() + " cannot be written to: " + e.getMessage(),
                        "Choose another directory, or give this user the right to write there.",
                        e);
            }
        }
    }

    private static Shared acquire(DirectoryStore store, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock alone = channel.tryLock();
            if (alone != null) {
                for (Path dead : store.remains()) {
                    DirectoryStore.deleteTree(dead);
                }
                alone.release();
            }
            channel.lock(0, Long.MAX_VALUE, true);
            return new Shared(channel, new AtomicInteger());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        synchronized (HELD) {
            Shared shared = HELD.get(file);
            if (shared != null && shared.users.decrementAndGet() == 0) {
                HELD.remove(file);
                try {
                    shared.channel.close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }
}
