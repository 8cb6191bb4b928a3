package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/**
 * Somebody holds a table, or waits to change it. Worth another attempt: what waits for us has its turn when we let go.
 * Exit code 7.
 */
public class TableLocked extends Busy {
    private static final long serialVersionUID = 1L;

    public TableLocked(String fact, String hint, @Nullable Throwable cause) {
        super(fact, hint, cause);
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
