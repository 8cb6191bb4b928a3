package io.agentflow.dr.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one database and its store: when it was last backed up, verified and restored, with what outcome.
 * Written by the worker, read by health and metrics.
 */
public final class DatabaseState {
    /** The clocks of two machines differ by no more than this. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private static final String BEFORE = "an earlier run said so";

    private final String name;
    private final String store;
    private final @Nullable Duration rpo;
    private volatile StoreContents contents = StoreContents.NOTHING;
    private volatile @Nullable Instant newestBackup;
    private volatile @Nullable Instant lastFailure;
    private volatile @Nullable Instant lastVerified;
    private volatile @Nullable Instant lastRestored;
    private volatile @Nullable String failure;
    private volatile @Nullable Damage damage;
    private volatile double seconds;
    private volatile double restoreSeconds = Double.NaN;
    private volatile long bytes;
    private volatile @Nullable Instant runningSince;
    private volatile @Nullable Instant killedAt;

    /** What a verification of this process found: the store may be one that takes no evidence. */
    private record Damage(String backup, Instant at, String problem) {
        /** Whether it is there still, and nobody has found it whole since. */
        boolean stands(StoreContents now) {
            Instant whole = now.whole().get(backup);
            // Evidence is dated by the second.
            return whole != null && whole.isBefore(at.truncatedTo(ChronoUnit.SECONDS));
        }
    }

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

    /** The store was looked into: somebody else may have made, proven or deleted backups. */
    public synchronized void found(StoreContents now) {
        contents = now;
        newestBackup = now.newest();
        Damage known = damage;
        if (known != null && !known.stands(now)) {
            damage = null;
        }
        bytes = now.newestBytes();
        Instant failed = lastFailure;
        Instant newest = now.newest();
        if (failed != null && newest != null && newest.isAfter(failed)) {
            // Made by somebody else.
            failure = null;
        }
        lastVerified = later(lastVerified, now.verifiedAt());
        lastRestored = later(lastRestored, now.restoredAt());
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        return one == null || (other != null && other.isAfter(one)) ? other : one;
    }

    public StoreContents contents() {
        return contents;
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

    /** An earlier run has made a backup since the last failure. */
    public void failureOver() {
        failure = null;
        killedAt = null;
    }

    /** The last backup was killed, with the process that made it; it was due at this time or a little later. */
    public void killed(Instant due) {
        killedAt = due;
    }

    /** When the backup was due that was killed, and that none has followed; null if there is none. */
    public @Nullable Instant killedAt() {
        return killedAt;
    }

    /** A backup was read back, with this problem or, if it is whole, null. */
    public synchronized void verified(Instant now, String backup, @Nullable String problem) {
        if (problem != null) {
            damage = new Damage(backup, now, problem);
            return;
        }
        Damage known = damage;
        if (known != null && known.backup().equals(backup)) {
            damage = null;
        }
        lastVerified = now;
    }

    /** A backup of it was restored and proven. */
    public void restored(Instant now, double took) {
        lastRestored = now;
        restoreSeconds = took;
    }

    /**
     * What an earlier run knew.
     *
     * @param took of the last backup, in seconds
     * @param failedAt when a backup last failed; null for never
     * @param failed whether the last one did
     * @param restoring of the last restore, in seconds; NaN if none was measured
     */
    public void remembered(double took, @Nullable Instant failedAt, boolean failed, double restoring) {
        seconds = took;
        lastFailure = failedAt;
        failure = failed ? BEFORE : null;
        restoreSeconds = restoring;
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

    public @Nullable Instant lastRestored() {
        return lastRestored;
    }

    /** How long the last restore took; NaN if none was measured. */
    public double restoreSeconds() {
        return restoreSeconds;
    }

    /** Why the last backup failed; null if it did not. */
    public @Nullable String failure() {
        return failure;
    }

    /** What is wrong with a backup that is there; null if nothing is. */
    public @Nullable String damage() {
        Damage known = damage;
        String evidence = contents.damage();
        if (known != null) {
            return known.problem();
        }
        return evidence == null ? null : "backup " + evidence + " is damaged, its evidence says";
    }

    public double seconds() {
        return seconds;
    }

    public long bytes() {
        return bytes;
    }

    /** Whether the newest backup is older than it may be; one that has none is as old as what began then. */
    public boolean overdue(Instant began, Instant now) {
        Instant newest = newestBackup;
        // One from the future, of a clock that was wrong, says nothing.
        boolean counts = newest != null && !newest.isAfter(now.plus(CLOCKS));
        return rpo != null && Duration.between(counts ? newest : began, now).compareTo(rpo) > 0;
    }
}
