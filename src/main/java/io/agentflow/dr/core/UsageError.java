package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** The command line or the configuration is wrong. Exit code 2. */
public class UsageError extends AfException {
    private static final long serialVersionUID = 1L;

    public UsageError(String fact, String hint) {
        this(fact, hint, null);
    }

    public UsageError(String fact, String hint, @Nullable Throwable cause) {
        super(ExitCode.USAGE, fact, hint, cause);
    }
}
