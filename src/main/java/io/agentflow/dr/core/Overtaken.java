package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** Something was changed after a snapshot was taken that no snapshot keeps as it was: the next one comes after that. */
public final class Overtaken extends TableLocked {
    private static final long serialVersionUID = 1L;

    public Overtaken(String fact, @Nullable Throwable cause) {
        super(fact, "Run the command again.", cause);
    }
}
