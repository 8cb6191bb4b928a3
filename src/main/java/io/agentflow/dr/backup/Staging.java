package io.agentflow.dr.backup;

import io.agentflow.dr.core.ByteSize;
import java.util.Optional;

/**
 * How much of a backup lies on this machine while it is made for a store that is elsewhere.
 *
 * @param stream whether a file of the data goes as soon as the store has it
 * @param limit what the backup may take here at most; empty for what the disk has
 */
public record Staging(boolean stream, Optional<ByteSize> limit) {
    /** All of it, for as long as it takes. */
    public static final Staging WHOLE = new Staging(false, Optional.empty());
}
