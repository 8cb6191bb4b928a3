package io.agentflow.dr.postgres;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Operation;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The sessions of one act of an operation, which end when they wait for an answer and the server has not been seen working
 * for too long. A server that works at a statement sends nothing: whoever waits for it behind a tunnel that has died would
 * wait for ever. So the server is asked by a session beside them.
 */
public final class EndStalled implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EndStalled.class.getName());
    private static final int LOOKS = 10;

    private final Operation operation;
    private final DatabaseUrl url;
    private final String name;
    private final Duration limit;
    private final Set<Sql> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastWork = new AtomicLong(System.nanoTime());
    private final WatchCopies watch;
    private final Future<?> looking;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "end-stalled");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Begins to look.
     *
     * @param act what the sessions are for, by which they are called
     * @param limit how long the server may show no work for any of them
     */
    public EndStalled(Operation operation, DatabaseUrl url, String act, Duration limit) {
        this.operation = operation;
        this.url = url;
        this.name = operation.sessionName(act);
        this.limit = limit;
        this.watch =
                new WatchCopies(url, name, (session, copies) -> {}, () -> "", () -> lastWork.set(System.nanoTime()));
        // By a thread of its own: the look itself may hang.
        long pause = limit.toNanos() / LOOKS;
        this.looking = timer.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.NANOSECONDS);
    }

    /** Opens a session. It ends with the operation, too, also while a statement runs. */
    public Sql open() {
        Sql session = Connections.open(url, name);
        operation.hold(session::abort);
        return add(session);
    }

    /** Looks after a session of this name that was opened elsewhere, too; what waits for it then meets a lost connection. */
    public Sql add(Sql session) {
        sessions.add(session);
        return session;
    }

    private void look() {
        if (System.nanoTime() - lastWork.get() > limit.toNanos()) {
            for (Sql session : sessions) {
                if (session.waitingFor(limit.toNanos())) {
                    end(session);
                }
            }
        }
    }

    private void end(Sql session) {
        try {
            session.giveUp("the connection to the database is dead: the server has shown no work for "
                    + limit.toSeconds() + " s");
        } catch (AfException e) {
            LOG.log(System.Logger.Level.DEBUG, "a stalled session could not be ended", e);
        }
    }

    /** Looks no more. The sessions are left as they are. */
    @Override
    public void close() {
        looking.cancel(true);
        timer.shutdownNow();
        watch.close();
    }
}
