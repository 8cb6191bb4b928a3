package io.agentflow.dr.retention;

import io.agentflow.dr.core.BackupId;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A backup that may expire.
 *
 * @param at the instant of its snapshot
 * @param bytes its size
 * @param standing what is known of it
 * @param pin why it is pinned; null if it is not
 * @param lsn where the cluster's WAL was, as a number; null if the backup does not say
 */
public record Candidate(
        BackupId id,
        Instant at,
        long bytes,
        Standing standing,
        @Nullable String pin,
        @Nullable Long lsn) {
    static final Comparator<Candidate> NEWEST_FIRST =
            Comparator.comparing(Candidate::at).thenComparing(Candidate::id).reversed();

    /** What the newest evidence says. */
    public enum Standing {
        VERIFIED,
        /** There is no evidence. */
        UNVERIFIED,
        /** It was found damaged, or its restore differed. */
        FAILED
    }

    boolean verified() {
        return standing == Standing.VERIFIED;
    }

    /** Whether it was found damaged, or its restore differed. */
    public boolean failed() {
        return standing == Standing.FAILED;
    }

    /** Whether the cluster had written more WAL when this one was taken; clocks have no part in that. */
    boolean laterInWalThan(Candidate other) {
        return lsn != null && other.lsn != null && Long.compareUnsigned(lsn, other.lsn) > 0;
    }
}
