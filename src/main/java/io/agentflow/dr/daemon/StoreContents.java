package io.agentflow.dr.daemon;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a store holds of one database.
 *
 * @param newest snapshot of the newest backup that is not damaged; null if there is none
 * @param damage which backup is damaged, by the evidence: the newest one, or the one that was looked at last; null if neither
 * @param oldest snapshot of the oldest backup that is not damaged; null if there is none
 * @param newestBytes size of the newest
 * @param bytes size of all
 * @param proven how many were read back or restored whole
 * @param unproven how many nobody has looked at
 * @param damaged how many cannot be read, or are known not to be whole
 * @param verifiedAt when one was last read back whole after it was made; null if never
 * @param restoredAt when one was last restored and proven; null if never
 * @param whole ids of all that are there, and when each was last found whole; the beginning of time if its newest evidence
 *     says otherwise
 */
public record StoreContents(
        @Nullable Instant newest,
        @Nullable String damage,
        @Nullable Instant oldest,
        long newestBytes,
        long bytes,
        int proven,
        int unproven,
        int damaged,
        @Nullable Instant verifiedAt,
        @Nullable Instant restoredAt,
        Map<String, Instant> whole) {
    /** Of a store that is empty. */
    public static final StoreContents NOTHING =
            new StoreContents(null, null, null, 0, 0, 0, 0, 0, null, null, Map.of());
}
