package io.agentflow.dr.backup;

import io.agentflow.dr.core.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Looks once a second at what a backup takes on this machine while it is made for a store elsewhere. */
final class WatchStaging implements AutoCloseable {
    private final Path folder;
    private final ByteSize limit;
    private final Consumer<ByteSize> exceeded;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watch-staging");
        thread.setDaemon(true);
        return thread;
    });

    private final Future<?> looking;

    /** @param exceeded is told what the folder takes when that is more than the limit */
    WatchStaging(Path folder, ByteSize limit, Consumer<ByteSize> exceeded) {
        this.folder = folder;
        this.limit = limit;
        this.exceeded = exceeded;
        looking = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private void look() {
        try (Stream<Path> files = Files.walk(folder)) {
            long taken = files.mapToLong(file -> file.toFile().length()).sum();
            if (taken > limit.bytes()) {
                exceeded.accept(new ByteSize(taken));
            }
        } catch (IOException | UncheckedIOException e) {
            // A file has gone meanwhile, to the store: the next look sees the rest.
            return;
        }
    }

    @Override
    public void close() {
        looking.cancel(true);
        timer.shutdownNow();
    }
}
