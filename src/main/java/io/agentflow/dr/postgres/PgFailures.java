package io.agentflow.dr.postgres;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Causes;
import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.TableLocked;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.process.ToolFailedException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says what a failure of PostgreSQL or of one of its tools means to an operator.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">SQLSTATE codes</a>
 */
public final class PgFailures {
    /** Function, relation, or something else that does not exist. */
    private static final Set<String> MISSING = Set.of("42883", "42P01", "42704");

    private static final List<String> BROKEN_OFF = List.of(
            "server closed the connection unexpectedly",
            "terminating connection",
            "connection to server",
            "could not connect to server: ",
            "connection reset",
            "connection not open",
            "no connection to the server",
            "ssl connection has been closed",
            "could not receive data from server",
            "could not send data to server",
            "the database system is",
            "connection timed out");

    private static final Predicate<String> NO_SPACE = Pattern.compile(
                    "no space left on device|disk full", Pattern.CASE_INSENSITIVE)
            .asPredicate();

    /** What a standby says to a query, or to a session, that is in the way of the replay. */
    private static final Predicate<String> RECOVERY =
            Pattern.compile("due to conflict with recovery").asPredicate();

    /** What pg_dump says when a worker gets no lock; also when its connection has broken off. */
    public static final String NO_LOCK = "could not obtain lock";

    private PgFailures() {}

    /** What it means that no connection could be opened. */
    static AfException connecting(DatabaseUrl url, SQLException e) {
        String state = state(e);
        String where = "cannot connect to " + url.address()
                + url.user().map(u -> " as " + u).orElse("") + ": ";
        if (state.startsWith("28") || (state.equals("08004") && said(e).contains("password"))) {
            return new Unreachable(
                    where + said(e), "Check the password in the URL, PGPASSWORD or ~/.pgpass, and pg_hba.conf.", e);
        }
        if (state.equals("3D000")) {
            return new NotFound(
                    "database '" + url.database() + "' does not exist at " + url.address(),
                    "List the databases with: psql -l",
                    e);
        }
        if (state.equals("55000") || state.equals("42501")) {
            return new Refused(
                    where + said(e),
                    "Allow it with: ALTER DATABASE … ALLOW_CONNECTIONS true, or GRANT CONNECT ON DATABASE.",
                    e);
        }
        if (Causes.root(e) instanceof UnknownHostException) {
            return new ConnectionLost(
                    where + "the host name does not resolve", "Check the host's name, and this machine's DNS.", e);
        }
        if (Causes.root(e) instanceof SocketTimeoutException) {
            return new ConnectionLost(
                    where + "no answer in time", "Check host and port, and whether a firewall is in between.", e);
        }
        if (state.isEmpty() || state.startsWith("08") || state.startsWith("57P") || state.startsWith("53")) {
            return new ConnectionLost(
                    where + said(e), "Check that the server runs and that host and port are right.", e);
        }
        return new Unreachable(where + said(e), "Try the same with: psql", e);
    }

    /** What it means that a statement failed. */
    public static AfException of(SQLException e) {
        String state = state(e);
        if (RECOVERY.test(said(e))) {
            return recovery(said(e), e);
        }
        // 08001 with a connection at hand is what a foreign data wrapper says of its own server.
        if ((state.startsWith("08") && !state.equals("08001")) || state.startsWith("57P")) {
            return new ConnectionLost(
                    "the connection to the database broke off: " + said(e), "Run the command again.", e);
        }
        if (state.equals("42501")) {
            return new OperationFailed(said(e), "Grant the role what it lacks, or use a superuser.", e);
        }
        if (state.equals("55P03")) {
            return locked(said(e), e);
        }
        if (state.equals("40P01") || state.equals("40001")) {
            return new TableLocked(
                    "the server ended a deadlock with another session: " + said(e), "Run the command again.", e);
        }
        if (state.equals("53200")) {
            return new OperationFailed(
                    "the database server ran out of memory or locks: " + said(e),
                    "With thousands of tables raise max_locks_per_transaction there.",
                    e);
        }
        if (state.equals("53100")) {
            return serverDiskFull(e);
        }
        return new OperationFailed("the database said: " + said(e), "See the server's log for more.", e);
    }

    /** The SQLSTATE that a statement failed with, or nothing if the server did not say one. */
    public static String state(AfException e) {
        return e.getCause() instanceof SQLException cause ? state(cause) : "";
    }

    /** Whether the server said that a function, a relation or something else does not exist. */
    public static boolean missing(AfException e) {
        return MISSING.contains(state(e));
    }

    /** Whether the disk to which a tool writes is full, and not that of the server. */
    public static boolean ownDiskFull(ToolFailedException e) {
        return ownDiskFull(complaints(e.lastLines()));
    }

    /** What the server says comes with its severity in capitals; the tool's own complaints do not. */
    private static boolean ownDiskFull(List<String> complaints) {
        return complaints.stream().anyMatch(NO_SPACE)
                && complaints.stream().noneMatch(line -> line.contains("ERROR:") && NO_SPACE.test(line));
    }

    /** What it means that a tool ended badly, judged by its exit code and what it said last. */
    public static AfException of(ToolFailedException e) {
        return of(e, complaints(e.lastLines()));
    }

    /**
     * What it means that a tool ended badly that went on after its first complaint, for so long that this may no longer
     * be among what it said last.
     */
    public static AfException of(ToolFailedException e, String first) {
        return of(
                e,
                Stream.concat(Stream.of(first), complaints(e.lastLines()).stream())
                        .toList());
    }

    private static AfException of(ToolFailedException e, List<String> complaints) {
        String said = complaints.isEmpty() ? String.valueOf(e.getMessage()) : complaints.get(0);
        String all = String.join("\n", complaints).toLowerCase(Locale.ROOT);
        if (RECOVERY.test(all)) {
            return recovery(said, e);
        }
        if (NO_SPACE.test(all)) {
            return ownDiskFull(complaints)
                    ? diskFull(e.tool() + " ran", "Free space, or use another directory.", e)
                    : serverDiskFull(e);
        }
        if (all.contains("row-level security") || all.contains("row security")) {
            return new Refused(said, "Use a role with BYPASSRLS or a superuser: a filtered dump is no backup.", e);
        }
        if (all.contains("server version mismatch")) {
            return new Refused(said, "Install the client tools of the server's major version.", e);
        }
        if (BROKEN_OFF.stream().anyMatch(all::contains)
                || String.valueOf(e.getMessage()).contains("said nothing")) {
            return new ConnectionLost(e.tool() + " lost its connection: " + said, "Run the command again.", e);
        }
        // After the other: a worker's lock is not obtained either when its leader has lost the connection. The leader
        // waits for its locks with a limit for statements, and no tool has another one.
        if (all.contains(NO_LOCK) || all.contains("due to lock timeout") || all.contains("due to statement timeout")) {
            return locked(said, e);
        }
        if (e.exitValue() > 128) {
            return new OperationFailed(
                    e.tool() + " was ended by signal " + (e.exitValue() - 128), "Run the command again.", e);
        }
        return new OperationFailed(e.tool() + " failed: " + said, "See its messages above, or run again with -v.", e);
    }

    private static TableLocked locked(String said, Exception e) {
        return new TableLocked(
                "a table is locked by somebody else, or somebody waits to change it: " + said,
                "Find out who: SELECT pid, query FROM pg_stat_activity WHERE pid IN"
                        + " (SELECT pid FROM pg_locks WHERE mode = 'AccessExclusiveLock');",
                e);
    }

    /** From the first complaint on: what stands before it is what --verbose says, such as "reading row-level security". */
    private static List<String> complaints(List<String> lines) {
        return lines.stream()
                .dropWhile(line -> !line.contains("error:") && !line.contains("ERROR:") && !line.contains("FATAL:"))
                .toList();
    }

    /** Another attempt would take as long, and be ended in the same way. */
    private static OperationFailed recovery(String said, Exception e) {
        return new OperationFailed(
                "the standby ended it so that changes of the primary could be replayed: " + said,
                "Set hot_standby_feedback = on there, or raise max_standby_streaming_delay (-1: replay waits); or back up"
                        + " the primary.",
                e);
    }

    private static OperationFailed serverDiskFull(Exception e) {
        return diskFull("the database server ran", "Free space on the server's disk, and run the command again.", e);
    }

    private static OperationFailed diskFull(String who, String hint, Exception e) {
        return new OperationFailed(who + " out of disk space", hint, e);
    }

    private static String state(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }

    private static String said(SQLException e) {
        return String.valueOf(e.getMessage())
                .replaceFirst("^(FATAL|ERROR|PANIC): ", "")
                .replaceFirst("(?s)\n.*", "");
    }
}
