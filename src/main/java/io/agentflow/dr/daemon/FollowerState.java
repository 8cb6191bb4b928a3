package io.agentflow.dr.daemon;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is known of a store that follows the primary of a database. Written by its worker, read by health and metrics. */
public final class FollowerState {
    private static final int UNKNOWN = -1;

    private final String database;
    private final String store;
    private volatile int behind = UNKNOWN;
    private volatile @Nullable Instant looking;
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

    /** It is being asked what it has, from this time on. */
    public void looking(Instant since) {
        looking = since;
    }

    /** It has answered, or will not. */
    public void looked() {
        looking = null;
    }

    /** It could not be seen what it lacks. */
    public void unknown(String reason) {
        looked();
        behind = UNKNOWN;
        why = reason;
    }

    /** Whether it is known what it lacks. */
    public boolean known() {
        return behind != UNKNOWN;
    }

    /** Since when it has not answered; null if nobody waits for it. */
    public @Nullable Instant waitingSince() {
        return looking;
    }

    /** How many backups it lacks; below 0 if that is not known. */
    public int behind() {
        return behind;
    }

    /** Why it did not get what it lacks when that was last tried; null if it did. */
    public @Nullable String why() {
        return why;
    }
}
