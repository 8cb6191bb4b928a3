package io.agentflow.dr.daemon;

import org.jspecify.annotations.Nullable;

/** What is known of a store that follows the primary of a database. Written by its worker, read by health and metrics. */
public final class FollowerState {
    private final String database;
    private final String store;
    private volatile int behind;
    private volatile @Nullable String why;

    /** @param store how the configuration calls it */
    public FollowerState(String database, String store) {
        this.database = database;
        this.store = store;
    }

    public String database() {
        return database;
    }

    public String store() {
        return store;
    }

    /** So many backups are on their way to it, or are about to be. */
    public void lacks(int backups) {
        behind = backups;
    }

    /**
     * It was tried to send it all.
     *
     * @param backups how many it lacks still
     * @param reason what stood in the way; null if nothing did
     */
    public void tried(int backups, @Nullable String reason) {
        behind = backups;
        why = reason;
    }

    /** How many backups it lacks. */
    public int behind() {
        return behind;
    }

    /** Why it did not get what it lacks when that was last tried; null if it did. */
    public @Nullable String why() {
        return why;
    }
}
