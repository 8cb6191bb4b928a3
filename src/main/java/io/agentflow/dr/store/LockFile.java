package io.agentflow.dr.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Locks on single bytes of a file, given up by the kernel when their owner dies, however it dies. The kernel also drops
 * all locks that a process has on a file when it closes any descriptor of it, and Java refuses to lock a byte twice: so
 * all users in this process share one channel.
 */
final class LockFile {
    private static final Map<Path, LockFile> OPEN = new HashMap<>();

    private static final long POLL_MILLIS = 50;

    private final FileChannel channel;
    private final Map<Long, Locked> locked = new HashMap<>();

    private static final class Locked {
        private final FileLock lock;
        private int users = 1;

        private Locked(FileLock lock) {
            this.lock = lock;
        }
    }

    /** A lock that is held until it is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private LockFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks a byte together with others who share it; waits for one who holds it alone.
     *
     * @throws IOException if the file cannot be opened
     */
    static Held shared(Path file, long position) throws IOException {
        synchronized (OPEN) {
            try {
                while (true) {
                    LockFile open = open(file);
                    if (open.share(position)) {
                        return open.held(file, position);
                    }
                    open.closeUnused(file);
                    // Who holds it alone may be of another process, which tells nobody when it has done. The other
                    // locks of this process are not to wait for it, so it is not the kernel that waits.
                    OPEN.wait(POLL_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for " + file);
            }
        }
    }

    /** Whether it could be had: nobody holds the byte alone. */
    private boolean share(long position) throws IOException {
        Locked present = locked.get(position);
        if (present != null && present.lock.isShared()) {
            present.users++;
            return true;
        }
        FileLock lock = present == null ? channel.tryLock(position, 1, true) : null;
        if (lock != null) {
            locked.put(position, new Locked(lock));
        }
        return lock != null;
    }

    /**
     * Locks a byte for this one user.
     *
     * @return empty if anybody else holds it
     * @throws IOException if the file cannot be opened for writing
     */
    static Optional<Held> alone(Path file, long position) throws IOException {
        synchronized (OPEN) {
            LockFile open = open(file);
            FileLock lock = open.locked.containsKey(position) ? null : open.lock(file, position);
            if (lock == null) {
                open.closeUnused(file);
                return Optional.empty();
            }
            open.locked.put(position, new Locked(lock));
            return Optional.of(open.held(file, position));
        }
    }

    private @Nullable FileLock lock(Path file, long position) throws IOException {
        try {
            return channel.tryLock(position, 1, false);
        } catch (NonWritableChannelException e) {
            closeUnused(file);
            // Its file system was mounted, or by an error became, one that is only read.
            throw new FileSystemException(file.toString(), null, "it can only be read");
        }
    }

    private static LockFile open(Path file) throws IOException {
        LockFile present = OPEN.get(file);
        if (present != null) {
            return present;
        }
        LockFile opened = new LockFile(channel(file));
        OPEN.put(file, opened);
        return opened;
    }

    private static FileChannel channel(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (FileSystemException e) {
            if (!Files.isReadable(file)) {
                throw e;
            }
            // Who may only read may share a lock.
            return FileChannel.open(file, StandardOpenOption.READ);
        }
    }

    private Held held(Path file, long position) {
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                synchronized (OPEN) {
                    release(file, position);
                }
            }
        };
    }

    private void release(Path file, long position) {
        Locked present = locked.get(position);
        try {
            if (present != null && --present.users == 0) {
                locked.remove(position);
                present.lock.release();
                closeUnused(file);
                OPEN.notifyAll();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void closeUnused(Path file) throws IOException {
        if (locked.isEmpty()) {
            OPEN.remove(file);
            channel.close();
        }
    }
}
