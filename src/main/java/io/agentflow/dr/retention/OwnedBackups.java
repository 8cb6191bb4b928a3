package io.agentflow.dr.retention;

import java.util.List;

/**
 * The backups of one database in a store.
 *
 * @param database as PostgreSQL calls it
 * @param cluster its system identifier, or where it was if no backup says that
 */
public record OwnedBackups(String database, String cluster, List<Candidate> backups) {
    public OwnedBackups {
        backups = List.copyOf(backups);
    }

    /** Whether both are of one database of one cluster. */
    public boolean isOfSame(OwnedBackups other) {
        return database.equals(other.database) && cluster.equals(other.cluster);
    }
}
