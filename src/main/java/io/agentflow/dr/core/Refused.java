package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** Refused before anything was touched. Exit code 4. */
public class Refused extends AfException {
    private static final long serialVersionUID = 1L;

    public Refused(String fact, String hint) {
        this(fact, hint, null);
    }

    public Refused(String fact, String hint, @Nullable Throwable cause) {
        super(ExitCode.REFUSED, fact, hint, cause);
    }
}
