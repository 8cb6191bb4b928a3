package io.agentflow.dr.store;

import io.agentflow.dr.core.Sha256;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An object as the store tells of it.
 *
 * @param modifiedAt when it was stored, by the store's clock
 * @param sha256 as recorded when it was put; null where the store does not say, as in a list
 */
public record StoredObject(
        ObjectKey key,
        long bytes,
        Instant modifiedAt,
        @Nullable Sha256 sha256) {}
