package io.agentflow.dr.restore;

import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Operation;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Swaps the previous database back. The one that steps aside is kept, so that an undo can be undone. */
public final class UndoRestore {
    private final Clock clock;

    public UndoRestore(Clock clock) {
        this.clock = clock;
    }

    /** An undo is asked for. */
    public record Requested(Operation operation, DatabaseUrl target) {}

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
     * Swaps the newest previous database back.
     *
     * @throws NotFound if no previous database is kept for this name
     */
    public Undone undo(Requested requested) {
        Operation operation = requested.operation();
        DatabaseUrl target = requested.target();
        DatabaseName live = target.database();
        MaintenanceSession session = operation.hold(MaintenanceSession.open(target, operation));
        session.lock(live);
        DatabaseMark kept = newest(session, live);
        SwapDatabases swap = new SwapDatabases(clock);
        String suffix = kept.backup().substring(kept.backup().length() - 4);
        DatabaseName aside = session.exists(live) ? SwapDatabases.free(session, live, "_undone_" + suffix) : null;
        Duration downtime = SwapDatabases.exchange(
                session,
                operation,
                live,
                kept.marked(),
                kept.comment(),
                swap.mark(aside, live, kept.backup(), session));
        operation.committed(live + " is " + kept.marked() + " again");
        return new Undone(operation, live, kept.marked(), aside, kept.backup(), downtime);
    }

    /** The database that an undo would bring back. */
    static DatabaseMark newest(MaintenanceSession session, DatabaseName live) {
        List<DatabaseMark> kept = DatabaseMark.of(session.sql(), DatabaseMark.PREVIOUS, live);
        if (kept.isEmpty()) {
            throw new NotFound(
                    "no previous database is kept for " + live,
                    "It may have been dropped with --drop-old, been renamed by hand, or belong to another owner: psql -l");
        }
        return kept.get(0);
    }
}
