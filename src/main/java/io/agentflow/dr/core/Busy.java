package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** Somebody else is doing what conflicts with this. Exit code 7. */
public class Busy extends AfException {
    private static final long serialVersionUID = 1L;

    public Busy(String fact, String hint) {
        this(fact, hint, null);
    }

    public Busy(String fact, String hint, @Nullable Throwable cause) {
        super(ExitCode.BUSY, fact, hint, cause);
    }
}
