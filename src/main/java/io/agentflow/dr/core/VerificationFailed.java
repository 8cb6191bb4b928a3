package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/** What was read is not what was written, or what was restored is not what was backed up. Exit code 9. */
public class VerificationFailed extends AfException {
    private static final long serialVersionUID = 1L;

    public VerificationFailed(String fact, String hint) {
        this(fact, hint, null);
    }

    public VerificationFailed(String fact, String hint, @Nullable Throwable cause) {
        super(ExitCode.VERIFICATION_FAILED, fact, hint, cause);
    }
}
