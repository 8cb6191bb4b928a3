package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** The operation began and failed; nothing was published or swapped. Exit code 1. */
public class OperationFailed extends AfException {
    private static final long serialVersionUID = 1L;

    public OperationFailed(String fact, String hint) {
        this(fact, hint, null);
    }

    public OperationFailed(String fact, String hint, @Nullable Throwable cause) {
        super(ExitCode.FAILED, fact, hint, cause);
    }
}
