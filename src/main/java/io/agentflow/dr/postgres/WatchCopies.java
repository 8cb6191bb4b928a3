package io.agentflow.dr.postgres;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks once a second at the COPY commands of an application. Begins after a second: what is done by then needs no
 * progress bar, and no session of its own. Only watches: nothing depends on it.
 */
public final class WatchCopies implements AutoCloseable {
    private final DatabaseUrl url;
    private final String application;
    private final BiConsumer<Sql, List<CopyProgress>> seen;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watch-copies");
        thread.setDaemon(true);
        return thread;
    });
    private final Future<?> looking;
    private volatile @Nullable Sql session;
    private volatile boolean closed;

    /**
     * Begins to look.
     *
     * @param application the session name of those who copy
     * @param seen gets what was seen, when anything was, and the session that saw it
     */
    public WatchCopies(DatabaseUrl url, String application, BiConsumer<Sql, List<CopyProgress>> seen) {
        this.url = url;
        this.application = application;
        this.seen = seen;
        this.looking = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            Sql sql = session();
            List<CopyProgress> copies = CopyProgress.of(sql, application);
            if (!copies.isEmpty()) {
                seen.accept(sql, copies);
            }
        } catch (AfException e) {
            // If the server has gone, those who copy will say so, and better.
            timer.shutdown();
        }
    }

    private Sql session() {
        Sql present = session;
        if (present == null) {
            present = Connections.open(url, "af watch");
            session = present;
            if (closed) {
                present.abort();
            }
        }
        return present;
    }

    @Override
    public void close() {
        // Does not wait for a look that hangs: whoever opens a session after this line ends it again.
        closed = true;
        looking.cancel(true);
        timer.shutdownNow();
        Sql present = session;
        if (present != null) {
            present.abort();
        }
    }
}
