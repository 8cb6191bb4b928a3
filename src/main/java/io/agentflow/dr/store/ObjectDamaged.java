package io.agentflow.dr.store;

import io.agentflow.dr.core.VerificationFailed;

/** Bytes on their way into or out of a store were not what they must be. Exit code 9. */
public final class ObjectDamaged extends VerificationFailed {
    private static final long serialVersionUID = 1L;

    public ObjectDamaged(String fact, String hint) {
        super(fact, hint);
    }
}
