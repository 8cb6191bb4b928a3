package io.agentflow.dr.daemon;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one database: when it was last backed up and verified, with what outcome. Written by the worker, read
 * by health and metrics.
 */
public final class DatabaseState {
    private final String name;
    private final String store;
    private final @Nullable Duration rpo;
    private volatile @Nullable Instant newestBackup;
    private volatile @Nullable Instant lastFailure;
    private volatile @Nullable Instant lastVerified;
    private volatile @Nullable String failure;
    private volatile @Nullable String damage;
    private volatile double seconds;
    private volatile long bytes;
    private volatile @Nullable Instant runningSince;

    /** @param rpo how old its newest backup may be; null if nobody said */
    public DatabaseState(String name, String store, @Nullable Duration rpo) {
        this.name = name;
        this.store = store;
        this.rpo = rpo;
    }

    public String name() {
        return name;
    }

    public String store() {
        return store;
    }

    public @Nullable Duration rpo() {
        return rpo;
    }

    /** An operation on it begins. @return false if one runs already */
    public synchronized boolean begin(Instant now) {
        if (runningSince != null) {
            return false;
        }
        runningSince = now;
        return true;
    }

    public synchronized void end() {
        runningSince = null;
        notifyAll();
    }

    public @Nullable Instant runningSince() {
        return runningSince;
    }

    /** There is a backup of this instant. */
    public void backedUp(Instant snapshot, long size, double took) {
        newestBackup = snapshot;
        bytes = size;
        seconds = took;
        failure = null;
    }

    public void backupFailed(Instant now, String why) {
        lastFailure = now;
        failure = why;
    }

    /** The newest backup was read back, with this problem or, if it is whole, null. */
    public void verified(Instant now, @Nullable String problem) {
        damage = problem;
        if (problem == null) {
            lastVerified = now;
        }
    }

    public @Nullable Instant newestBackup() {
        return newestBackup;
    }

    public @Nullable Instant lastFailure() {
        return lastFailure;
    }

    public @Nullable Instant lastVerified() {
        return lastVerified;
    }

    /** Why the last backup failed; null if it did not. */
    public @Nullable String failure() {
        return failure;
    }

    /** What is wrong with the newest backup that was read back; null if nothing is. */
    public @Nullable String damage() {
        return damage;
    }

    public double seconds() {
        return seconds;
    }

    public long bytes() {
        return bytes;
    }
}
