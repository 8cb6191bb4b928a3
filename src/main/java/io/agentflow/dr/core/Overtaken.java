package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** A table was changed at the very moment at which a snapshot was taken: the next snapshot comes after that. */
public final class Overtaken extends TableLocked {
    private static final long serialVersionUID = 1L;

    public Overtaken(String fact, @Nullable Throwable cause) {
        super(fact, "Run the command again.", cause);
    }
}
