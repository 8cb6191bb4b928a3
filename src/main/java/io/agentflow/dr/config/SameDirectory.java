package io.agentflow.dr.config;

import io.agentflow.dr.core.Early;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether two paths are one directory, be it by a link. A file system that hangs, as one of NFS does whose server is
 * away, is waited for but for a moment: the configuration must be read all the same.
 */
final class SameDirectory {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    /** After which one that has hung is asked again: a service lives on when its server is back. */
    private static final long AGAIN = Duration.ofMinutes(1).toNanos();

    /** Since when each hangs, by {@link System#nanoTime()}. */
    private static final Map<Path, Long> HANGING = new ConcurrentHashMap<>();

    private SameDirectory() {}

    static boolean are(Path one, Path other) {
        if (one.equals(other)) {
            return true;
        }
        Object key = key(one);
        return key != null && key.equals(key(other));
    }

    /** What the file system knows it by; null where nothing is there, or nobody answers. */
    private static @Nullable Object key(Path path) {
        Long hung = HANGING.get(path);
        if (hung != null && System.nanoTime() - hung < AGAIN) {
            return null;
        }
        FutureTask<@Nullable Object> asked = new FutureTask<>(
                () -> Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        Early.begin("ask-" + path, asked);
        try {
            return asked.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            HANGING.put(path, System.nanoTime());
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException) {
                return null;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
