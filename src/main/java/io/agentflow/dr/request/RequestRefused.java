package io.agentflow.dr.request;

import io.agentflow.dr.core.Refused;
import org.jspecify.annotations.Nullable;

/** A message that is not worked on. Exit code 4. */
public final class RequestRefused extends Refused {
    private static final long serialVersionUID = 1L;

    private final @Nullable OperationRequest claimed;
    private final boolean authentic;

    /**
     * @param claimed what it says of itself, or null if that could not be read
     * @param authentic whether its signature fits: only then its sender is told
     */
    RequestRefused(String fact, String hint, @Nullable OperationRequest claimed, boolean authentic) {
        super(fact, hint);
        this.claimed = claimed;
        this.authentic = authentic;
    }

    public @Nullable OperationRequest claimed() {
        return claimed;
    }

    public boolean authentic() {
        return authentic;
    }
}
