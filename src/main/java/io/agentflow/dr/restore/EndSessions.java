package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.postgres.Sql;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends the sessions of two databases again and again, from a session of its own, until it is closed. */
final class EndSessions implements AutoCloseable {
    /** Autovacuum workers belong to no role: the rename ends them itself, and only a superuser may do so from here. */
    private static final String END = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            + " WHERE datname IN (?, ?) AND pid <> pg_backend_pid() AND usesysid IS NOT NULL";

    private final Sql sql;
    private final Operation operation;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private @Nullable Future<?> ending;

    EndSessions(MaintenanceSession session, Operation operation) {
        this.sql = session.another(operation.sessionName("swap"));
        this.operation = operation;
    }

    void of(DatabaseName one, DatabaseName other) {
        ending = timer.scheduleWithFixedDelay(() -> end(one, other), 0, 20, TimeUnit.MILLISECONDS);
    }

    private void end(DatabaseName one, DatabaseName other) {
        try {
            sql.number(END, one.text(), other.text());
        } catch (AfException e) {
            if (timer.isShutdown()) {
                return;
            }
            // Without the right to end sessions the rename still succeeds when they end by themselves.
            operation.events().accept(new OperationEvent.Warned("sessions could not be ended: " + e.fact()));
            timer.shutdown();
        }
    }

    @Override
    public void close() {
        if (ending != null) {
            ending.cancel(true);
        }
        timer.shutdownNow();
        sql.abort();
    }
}
