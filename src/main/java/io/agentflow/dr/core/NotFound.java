package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** What was asked for does not exist. Exit code 6. */
public class NotFound extends AfException {
    private static final long serialVersionUID = 1L;

    public NotFound(String fact, String hint) {
        this(fact, hint, null);
    }

    public NotFound(String fact, String hint, @Nullable Throwable cause) {
        super(ExitCode.NOT_FOUND, fact, hint, cause);
    }
}
