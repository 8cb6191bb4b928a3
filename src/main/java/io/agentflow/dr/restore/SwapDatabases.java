package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.postgres.SureCommit;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives a proven database the name of the live one, which is kept under another. */
public final class SwapDatabases {
    private final Clock clock;

    /**
     * How the exchange ends.
     *
     * @param what has happened then
     * @param limit how long the server is asked whether it has
     * @param again what to do when it could not be done, after what is in the way has gone
     */
    record SwapCommit(String what, Duration limit, String again) {}

    public SwapDatabases(Clock clock) {
        this.clock = clock;
    }

    /**
     * Swaps the proven database in.
     *
     * @throws Busy if sessions on the live database could not be ended; then nothing has changed
     */
    public RestoreRun.Swapped swap(RestoreRun.Proven proven) {
        RestoreRun.Planned planned = proven.loaded().staged().planned();
        MaintenanceSession session = planned.maintenance();
        // It stood idle while the load ran, and it holds the lock on the target.
        session.sql().requireAlive(planned.request().stall());
        Manifest manifest = planned.backup().manifest();
        DatabaseName live = planned.request().database();
        DatabaseName staging = proven.loaded().staged().staging();
        if (proven.loaded().unfilled().isEmpty()) {
            // Hours of loading and proving must not be lost because a session is in the way now.
            PrepareStaging.mark(planned, staging, PrepareStaging.proven(planned.request()), clock);
        }
        List<String> warnings = new ArrayList<>(proven.loaded().warnings());
        warnings.addAll(proven.proof().warnings());
        warnings.addAll(new ApplyProperties(session.sql())
                .apply(staging, manifest.properties(), planned.request().options()));
        DatabaseName previous = session.exists(live)
                ? free(session, live, "_before_" + manifest.id().suffix())
                : null;
        Duration downtime = exchange(
                session,
                planned.operation(),
                live,
                staging,
                DatabaseMark.userComment(manifest.properties().comment()),
                mark(previous, live, manifest.id().text(), session),
                new SwapCommit(
                        live + " is restored" + (previous == null ? "" : "; the old one is " + previous),
                        planned.request().stall(),
                        "then restore " + manifest.id() + " again: " + staging
                                + " is kept, proven again and swapped in without being loaded again"));
        planned.operation()
                .events()
                .accept(new OperationEvent.PartDone(
                        "swap",
                        previous == null ? live + " is there" : live + " was away for " + downtime.toMillis() + " ms"));
        return new RestoreRun.Swapped(
                planned.operation(), planned.request(), proven.proof(), previous, downtime, warnings);
    }

    @Nullable
    DatabaseMark mark(@Nullable DatabaseName previous, DatabaseName live, String backup, MaintenanceSession session) {
        if (previous == null) {
            return null;
        }
        return session.sql()
                .one(
                        "SELECT oid::bigint, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = ?",
                        row -> new DatabaseMark(
                                previous,
                                row.getLong(1),
                                DatabaseMark.PREVIOUS,
                                clock.instant(),
                                backup,
                                live,
                                DatabaseMark.userComment(row.getString(2))),
                        live.text());
    }

    /** A name for the database that steps aside which no other has. */
    static DatabaseName free(MaintenanceSession session, DatabaseName live, String suffix) {
        DatabaseName name = live.with(suffix);
        for (int i = 2; session.exists(name); i++) {
            name = live.with(suffix + "_" + i);
        }
        return name;
    }

    /**
     * Exchanges the names in one transaction: at any instant, also after a crash, either both are exchanged or none. The
     * first rename locks the live database against new connections until the commit, and waits up to five seconds for
     * the sessions that {@link EndSessions} ends meanwhile.
     *
     * @param aside the mark of the database that steps aside, or null when there is none
     * @param commit what has happened then, and how long the server is asked whether it has
     * @return how long the live name was not to be had
     */
    static Duration exchange(
            MaintenanceSession session,
            Operation operation,
            DatabaseName live,
            DatabaseName incoming,
            @Nullable String comment,
            @Nullable DatabaseMark aside,
            SwapCommit commit) {
        long start = System.nanoTime();
        try (EndSessions ending = new EndSessions(session, operation)) {
            ending.of(live, incoming);
            session.sql().run("BEGIN");
            // Somebody may hold a lock on the database itself: the sessions that are ended meanwhile come back.
            session.sql().run("SET LOCAL lock_timeout = '5s'");
            if (aside != null) {
                session.sql().run(rename(live, aside.marked()));
                session.sql().run(aside.statement());
                aside.sign(session.sql());
            }
            session.sql().run(rename(incoming, live));
            session.sql().run(DatabaseMark.comment(live, comment));
            DatabaseMark.unsign(session.sql(), live);
        } catch (AfException e) {
            if (!(e instanceof ConnectionLost)) {
                session.sql().run("ROLLBACK");
            }
            throw new Busy(
                    "the databases could not be exchanged, nothing has changed: " + e.fact(),
                    "End what is in the way (SELECT pid, usename FROM pg_stat_activity WHERE datname = "
                            + Sql.literal(live.text()) + "; SELECT gid, database FROM pg_prepared_xacts), "
                            + commit.again() + ".",
                    e);
        }
        // Both names are locked until the end of the transaction: nobody comes in any more who had to be sent away.
        new SureCommit(operation, () -> session.another(operation.sessionName("swap")), commit.limit())
                .commit(session.sql(), commit.what());
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static String rename(DatabaseName from, DatabaseName to) {
        return "ALTER DATABASE " + Sql.identifier(from.text()) + " RENAME TO " + Sql.identifier(to.text());
    }
}
