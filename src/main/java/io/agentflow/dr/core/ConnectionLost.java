package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** A connection was refused or broke off: worth another attempt with nothing changed. Exit code 8. */
public class ConnectionLost extends Unreachable {
    private static final long serialVersionUID = 1L;

    public ConnectionLost(String fact, String hint) {
        this(fact, hint, null);
    }

    public ConnectionLost(String fact, String hint, @Nullable Throwable cause) {
        super(fact, hint, cause);
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
