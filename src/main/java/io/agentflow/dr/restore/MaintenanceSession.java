package io.agentflow.dr.restore;

import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;

/**
 * A session on the target's cluster but in another database than the one to be replaced. Holds the lock by which one
 * database is restored by one operation at a time; the server gives it up when the session ends, however it ends.
 */
public final class MaintenanceSession implements AutoCloseable {
    private static final int GONE_MILLIS = 10_000;

    private final DatabaseUrl url;
    private final Sql sql;

    private MaintenanceSession(DatabaseUrl url, Sql sql) {
        this.url = url;
        this.sql = sql;
    }

    public static MaintenanceSession open(DatabaseUrl target, Operation operation) {
        String name = name(operation);
        DatabaseUrl url = target.database(elsewhere(target.database()));
        try {
            return new MaintenanceSession(url, Connections.open(url, name));
        } catch (NotFound e) {
            // Some sites drop the database postgres; template1 is always there.
            DatabaseUrl last = target.database(new DatabaseName("template1"));
            return new MaintenanceSession(last, Connections.open(last, name));
        }
    }

    private static DatabaseName elsewhere(DatabaseName target) {
        return new DatabaseName(target.text().equals("postgres") ? "template1" : "postgres");
    }

    /**
     * Takes the database for this operation.
     *
     * @throws Busy if another af is restoring or undoing the same database
     */
    public void lock(DatabaseName database) {
        boolean mine = sql.yes("SELECT pg_try_advisory_lock(hashtextextended('af restore ' || ?, 0))", database.text());
        if (!mine) {
            throw new Busy(
                    "another restore of " + database + " is running",
                    "Wait for it, or end it: SELECT pid, application_name FROM pg_stat_activity"
                            + " WHERE application_name LIKE 'af %';");
        }
    }

    public Sql sql() {
        return sql;
    }

    /** A second session in the same place, for what must go on while the first one waits. */
    Sql another(String applicationName) {
        return Connections.open(url, applicationName);
    }

    /** Ends other sessions of this kind that are in the middle of a statement; servers from 14 on wait until they have gone. */
    void endOthers(Operation operation) {
        String terminate = sql.serverVersion().major() >= 14
                ? "pg_terminate_backend(pid, " + GONE_MILLIS + ")"
                : "pg_terminate_backend(pid)";
        sql.number(
                "SELECT count(CASE WHEN state = 'active' THEN " + terminate
                        + " END) FROM pg_stat_activity WHERE application_name = ? AND pid <> pg_backend_pid()",
                name(operation));
    }

    private static String name(Operation operation) {
        return operation.sessionName("maintenance");
    }

    boolean exists(DatabaseName name) {
        return sql.yes("SELECT EXISTS (SELECT FROM pg_database WHERE datname = ?)", name.text());
    }

    /** Takes the mark of a template from a database: one that bears it cannot be dropped. */
    void noTemplate(DatabaseName name) {
        if (sql.yes("SELECT EXISTS (SELECT FROM pg_database WHERE datname = ? AND datistemplate)", name.text())) {
            sql.run("ALTER DATABASE " + Sql.identifier(name.text()) + " IS_TEMPLATE false");
        }
    }

    @Override
    public void close() {
        sql.close();
    }
}
