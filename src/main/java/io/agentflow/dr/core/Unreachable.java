package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** A server could not be reached, would not let us in, or went away; the same command may succeed later. Exit code 8. */
public class Unreachable extends AfException {
    private static final long serialVersionUID = 1L;

    public Unreachable(String fact, String hint) {
        this(fact, hint, null);
    }

    public Unreachable(String fact, String hint, @Nullable Throwable cause) {
        super(ExitCode.UNREACHABLE, fact, hint, cause);
    }
}
