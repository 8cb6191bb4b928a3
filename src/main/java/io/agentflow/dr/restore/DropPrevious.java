package io.agentflow.dr.restore;

import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Operation;
import org.jspecify.annotations.Nullable;

/** Drops a database that a swap left behind. Only ever one that bears our mark. */
public final class DropPrevious {

    /**
     * A database that can be dropped, and how large it is.
     *
     * @param undone whether it is what a restore brought, and an undo set aside; else what was there before
     */
    public record Previous(DatabaseName name, DatabaseName of, long bytes, String backup, boolean undone) {
        /** What it once was, in words. */
        public String was() {
            return undone
                    ? "which the restore of " + backup + " brought and an undo set aside"
                    : "which was " + of + " before the restore of " + backup;
        }
    }

    /**
     * Finds the one to drop.
     *
     * @param named which one, or null for the newest
     * @throws NotFound if there is none, or the named one is not kept by af
     */
    public Previous find(Operation operation, DatabaseUrl target, @Nullable DatabaseName named) {
        try (MaintenanceSession session = MaintenanceSession.open(target, operation)) {
            DatabaseMark mark = marked(session, target.database(), named);
            long bytes = session.sql()
                    .number("SELECT pg_database_size(?::name)", mark.marked().text());
            return new Previous(mark.marked(), target.database(), bytes, mark.backup(), mark.undone());
        }
    }

    private static DatabaseMark marked(MaintenanceSession session, DatabaseName of, @Nullable DatabaseName named) {
        return DatabaseMark.of(session.sql(), DatabaseMark.PREVIOUS, of).stream()
                .filter(m -> named == null || m.marked().equals(named))
                .findFirst()
                .orElseThrow(() -> new NotFound(
                        named == null
                                ? "no previous database is kept for " + of
                                : "'" + named + "' is not a previous database of " + of,
                        "See what is there with: psql -l"));
    }

    /**
     * Drops it, unless somebody is connected to it.
     *
     * @throws NotFound if that name means another database by now
     */
    public void drop(Operation operation, DatabaseUrl target, Previous previous) {
        try (MaintenanceSession session = MaintenanceSession.open(target, operation)) {
            session.lock(previous.of());
            marked(session, previous.of(), previous.name());
            new DropDatabase(session, target, operation).previous(previous.name());
        }
    }
}
