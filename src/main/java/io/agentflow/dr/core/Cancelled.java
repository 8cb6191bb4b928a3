package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** The user said no, or ended the operation. Exit code 5. */
public class Cancelled extends AfException {
    private static final long serialVersionUID = 1L;

    public Cancelled(String fact, String hint) {
        this(fact, hint, null);
    }

    public Cancelled(String fact, String hint, @Nullable Throwable cause) {
        super(ExitCode.CANCELLED, fact, hint, cause);
    }
}
