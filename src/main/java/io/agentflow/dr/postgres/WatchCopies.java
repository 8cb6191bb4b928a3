package io.agentflow.dr.postgres;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks once a second at what an application's sessions do. Begins after a second: what is done by then needs no progress
 * bar, and no session of its own. Tells how far its COPY commands have come, and whether anything goes on at all: the
 * tools say nothing during one long COPY or one long CREATE INDEX.
 */
public final class WatchCopies implements AutoCloseable {
    /**
     * What moves while the server works for the sessions of this application: one that is busy and waits neither for its
     * client nor for a lock makes every look different. So does one of which the server does not tell what it does
     * (track_activities, another role): it may be busy.
     */
    private static final String WORK = "SELECT coalesce(string_agg(concat(a.pid, ' ', CASE WHEN"
            + " coalesce(a.state, 'disabled') = 'disabled' OR a.state = 'active'"
            + " AND coalesce(a.wait_event_type, '') NOT IN ('Client', 'Lock') THEN clock_timestamp() END, ' ', i.*),"
            + " '|' ORDER BY a.pid), '') FROM pg_stat_activity a"
            + " LEFT JOIN pg_stat_progress_create_index i ON i.pid = a.pid WHERE a.application_name = left(?, 63)";

    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final DatabaseUrl url;
    private final String application;
    private final BiConsumer<Sql, List<CopyProgress>> seen;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watch-copies");
        thread.setDaemon(true);
        return thread;
    });
    private final Supplier<String> further;
    private final Runnable beat;
    private final Future<?> looking;
    private String work = "";
    private volatile @Nullable Sql session;
    private volatile boolean closed;

    /**
     * Begins to look.
     *
     * @param application the session name of those who copy
     * @param seen gets what was seen, when anything was, and the session that saw it
     * @param further what else moves while the work goes on, such as the size of files; called once a second
     * @param beat is told whenever anything has moved
     */
    public WatchCopies(
            DatabaseUrl url,
            String application,
            BiConsumer<Sql, List<CopyProgress>> seen,
            Supplier<String> further,
            Runnable beat) {
        this.url = url;
        this.application = application;
        this.seen = seen;
        this.further = further;
        this.beat = beat;
        this.looking = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            Sql sql = session();
            List<CopyProgress> copies = CopyProgress.of(sql, application);
            String now = copies + sql.text(WORK, application) + further.get();
            if (!now.equals(work)) {
                work = now;
                beat.run();
            }
            if (!copies.isEmpty()) {
                seen.accept(sql, copies);
            }
        } catch (AfException e) {
            if (answered(e)) {
                beat.run();
            }
            // If the server has gone, those who copy will say so, and better. Only this session may have gone, too.
            Sql broken = session;
            session = null;
            if (broken != null) {
                broken.abort();
            }
        }
    }

    /** Whether the server itself said no, as one with no session to spare does: it is there, and what it does is not known. */
    private static boolean answered(AfException e) {
        String state = PgFailures.state(e);
        return !state.isEmpty() && !state.startsWith("08");
    }

    private Sql session() {
        Sql present = session;
        if (present == null) {
            present = Connections.open(url, "af watch");
            // Where the role's settings make it another one at once, the server would not tell it of its own sessions.
            present.run("SET ROLE NONE");
            // A look that hangs would tell as little of those who copy as one that finds them idle.
            present.answersWithin(ANSWER);
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
