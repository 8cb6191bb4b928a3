package io.agentflow.dr.restore;

import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Operation;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Swaps the previous database back. The one that steps aside is kept, so that an undo can be undone. */
public final class UndoRestore {
    private final Clock clock;

    public UndoRestore(Clock clock) {
        this.clock = clock;
    }

    /**
     * A database that a swap set aside.
     *
     * @param name that it has now
     * @param oid by which it is known again, whatever is swapped meanwhile
     */
    public record Kept(DatabaseName name, long oid) {}

    /**
     * An undo is asked for.
     *
     * @param kept what is brought back: never asked for anew, so that another attempt cannot undo this one
     * @param stall how long the server is asked whether a commit happened whose reply was lost
     */
    public record Requested(Operation operation, DatabaseUrl target, Kept kept, Duration stall) {}

    /**
     * What an undo did.
     *
     * @param aside the name that the undone database has now, or null when there was none
     */
    public record Undone(
            Operation operation,
            DatabaseName database,
            DatabaseName cameBack,
            @Nullable DatabaseName aside,
            String backup,
            Duration downtime) {}

    /**
     * The database that an undo would bring back.
     *
     * @throws NotFound if no previous database is kept for this name
     */
    public static Kept newest(Operation operation, DatabaseUrl target) {
        try (MaintenanceSession session = MaintenanceSession.open(target, operation)) {
            DatabaseName live = target.database();
            return DatabaseMark.of(session.sql(), DatabaseMark.PREVIOUS, live).stream()
                    .findFirst()
                    .map(mark -> new Kept(mark.marked(), mark.oid()))
                    .orElseThrow(() -> new NotFound(
                            "no previous database is kept for " + live,
                            "It may have been dropped with --drop-old, been renamed by hand, or belong to another"
                                    + " owner: psql -l"));
        }
    }

    /**
     * Swaps a previous database back.
     *
     * @throws NotFound if it is kept no more
     */
    public Undone undo(Requested requested) {
        Operation operation = requested.operation();
        operation.beginAttempt();
        DatabaseUrl target = requested.target();
        DatabaseName live = target.database();
        MaintenanceSession session = operation.hold(MaintenanceSession.open(target, operation));
        session.lock(live);
        DatabaseMark kept = kept(session, live, requested.kept());
        SwapDatabases swap = new SwapDatabases(clock);
        String suffix = kept.backup().substring(kept.backup().length() - 4);
        DatabaseName aside = session.exists(live) ? SwapDatabases.free(session, live, "_undone_" + suffix) : null;
        Duration downtime = SwapDatabases.exchange(
                session,
                operation,
                live,
                kept.marked(),
                kept.comment(),
                swap.mark(aside, live, kept.backup(), session),
                new SwapDatabases.SwapCommit(
                        live + " is " + kept.marked() + " again", requested.stall(), "then run it again"));
        return new Undone(operation, live, kept.marked(), aside, kept.backup(), downtime);
    }

    private static DatabaseMark kept(MaintenanceSession session, DatabaseName live, Kept wanted) {
        return DatabaseMark.of(session.sql(), DatabaseMark.PREVIOUS, live).stream()
                .filter(mark -> mark.oid() == wanted.oid())
                .findFirst()
                .orElseThrow(() -> new NotFound(
                        wanted.name() + " is no previous database of " + live + " any more",
                        "Somebody has brought it back or dropped it meanwhile: psql -l"));
    }
}
