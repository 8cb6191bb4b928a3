package io.agentflow.dr.retention;

import io.agentflow.dr.core.BackupId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Knows which backups of a store must stay for now, though its own policy may let them go. */
public interface Sparing {
    /** Nothing must. */
    Sparing NONE = (owned, expiring, now) -> Map.of();

    /**
     * Looks again in the moment before one goes: since the plan was made its copies may have been damaged or lost.
     *
     * @param database as PostgreSQL calls it
     * @throws io.agentflow.dr.core.AfException if it must stay, or nobody can tell
     */
    default void requireExpendable(String database, BackupId id) {}

    /**
     * Why each of these must stay, in words; what is not named may go. Deletes nothing.
     *
     * @param expiring those that would go
     */
    Map<BackupId, List<String>> lacked(OwnedBackups owned, Set<BackupId> expiring, Instant now);
}
