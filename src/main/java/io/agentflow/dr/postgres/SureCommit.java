package io.agentflow.dr.postgres;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Unreachable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Commits a transaction so that its outcome is known, also when the connection breaks before the server's reply. Once
 * COMMIT is on its way nothing may be tried again: it may have happened, and others may have built on it since.
 */
public final class SureCommit {
    private static final long PAUSE_MILLIS = 200;

    private final Operation operation;
    private final Supplier<Sql> another;
    private final Duration limit;

    private record Transaction(String id, long pid) {}

    /**
     * @param another opens a second session on the same cluster
     * @param limit how long COMMIT may take, and how long the server is asked then before it is given up
     */
    public SureCommit(Operation operation, Supplier<Sql> another, Duration limit) {
        this.operation = operation;
        this.another = another;
        this.limit = limit;
    }

    /**
     * Commits what the session has done.
     *
     * @param what has happened then, such as {@code app is swapped in}
     * @throws ConnectionLost only if COMMIT was not sent
     * @throws Unreachable if the connection broke and the server says that it did not commit
     * @throws OperationFailed if the server does not say whether it did
     */
    public void commit(Sql sql, String what) {
        Transaction transaction = sql.one(
                "SELECT pg_current_xact_id()::text, pg_backend_pid()",
                row -> new Transaction(row.getString(1), row.getLong(2)));
        operation.undecided(
                "whether " + what,
                "Ask the server before anything else: psql -c \"SELECT pg_xact_status('" + transaction.id()
                        + "'::xid8)\" says committed or aborted,"
                        + " and in progress as long as the server waits for a synchronous standby.");
        try {
            sql.answersWithin(limit);
            sql.run("COMMIT");
        } catch (ConnectionLost e) {
            settle(transaction, e);
        } catch (AfException e) {
            // The server itself said that it did not commit.
            operation.decided();
            throw e;
        }
        operation.committed(what);
    }

    private void settle(Transaction transaction, ConnectionLost broken) {
        String status = ask(transaction, broken);
        if (status.equals("committed")) {
            return;
        }
        if (status.equals("aborted")) {
            operation.decided();
            // No cause: routes try again what a lost connection has caused.
            Unreachable aborted = new Unreachable(
                    "the connection broke at the commit, and nothing was changed: " + broken.fact(),
                    "Run the command again.");
            aborted.addSuppressed(broken);
            throw aborted;
        }
        throw operation.undecidedFailure(broken);
    }

    /** Until the server answers: it may be starting again, or the network may be away for a while. */
    private String ask(Transaction transaction, ConnectionLost broken) {
        long deadline = System.nanoTime() + limit.toNanos();
        do {
            try (Sql sql = another.get()) {
                String status = String.valueOf(sql.text("SELECT pg_xact_status(?::xid8)", transaction.id()));
                if (!status.equals("in progress")) {
                    return status;
                }
                endIdle(sql, transaction);
            } catch (ConnectionLost e) {
                broken.addSuppressed(e);
            } catch (AfException e) {
                throw operation.undecidedFailure(e);
            }
        } while (pause() && System.nanoTime() < deadline && !operation.cancelled());
        return "unknown";
    }

    /** The session may not know yet that its client has gone: one that waits for a COMMIT must get it no more. */
    private static void endIdle(Sql sql, Transaction transaction) {
        sql.texts(
                "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE pid = ? AND application_name LIKE 'af %'"
                        + " AND state LIKE 'idle in transaction%'",
                transaction.pid());
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
