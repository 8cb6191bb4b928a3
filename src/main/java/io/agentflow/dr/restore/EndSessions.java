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
    static final String OF_ROLES = "a.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL";

    /** Whether this role may end the session {@code a}: the others must end by themselves. */
    static final String MAY_END = "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
            + " OR (NOT coalesce((SELECT rolsuper FROM pg_roles WHERE oid = a.usesysid), false)"
            + " AND (pg_has_role(a.usesysid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE')))";

    private static final String END = "SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a"
            + " WHERE a.datname IN (?, ?) AND " + OF_ROLES + " AND (" + MAY_END + ")";

    private final Sql sql;
    private final Operation operation;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private @Nullable Future<?> ending;
    private boolean warned;

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
            // The rename still succeeds when they end by themselves, and the others are ended all the same.
            if (!warned) {
                operation.events().accept(new OperationEvent.Warned("sessions could not be ended: " + e.fact()));
            }
            warned = true;
            if (e.retryable()) {
                timer.shutdown();
            }
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
