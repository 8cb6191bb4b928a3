package io.agentflow.dr.core;

import java.util.Arrays;

/** The exit codes of {@code af}. Frozen: scripts rely on them. Any other non-zero code means failure too. */
public enum ExitCode {
    OK(0),
    FAILED(1),
    USAGE(2),
    WARNINGS(3),
    REFUSED(4),
    CANCELLED(5),
    NOT_FOUND(6),
    BUSY(7),
    UNREACHABLE(8),
    VERIFICATION_FAILED(9);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** The code of this number; of a number that is none, {@link #FAILED}. */
    public static ExitCode of(int number) {
        return Arrays.stream(values())
                .filter(code -> code.number == number)
                .findFirst()
                .orElse(FAILED);
    }

    public int number() {
        return number;
    }
}
