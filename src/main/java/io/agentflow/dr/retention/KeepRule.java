package io.agentflow.dr.retention;

import java.util.Locale;

/** What keeps a backup. */
public enum KeepRule {
    /** It is the newest one that verified. */
    NEWEST_VERIFIED,
    /** It is newer than that. */
    NEWER_THAN_VERIFIED,
    /** No backup of the database has verified. */
    NOTHING_VERIFIED,
    /** Newer backups fail. */
    NEWER_ONES_FAIL,
    /** By its time it is from the future. */
    FROM_THE_FUTURE,
    /** By its LSN it is newer than the newest one that verified, by its time it is older. */
    NEWER_BY_LSN,
    PINNED,
    /** A store that follows this one lacks it, and is to have it. */
    FOLLOWER_LACKS,
    /** Nobody knows whether it is whole. */
    UNVERIFIED,
    KEEP_LAST,
    KEEP_WITHIN,
    KEEP_HOURLY,
    KEEP_DAILY,
    KEEP_WEEKLY,
    KEEP_MONTHLY,
    KEEP_YEARLY;

    /** As JSON has it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static KeepRule of(Period period) {
        return valueOf("KEEP_" + period);
    }
}
