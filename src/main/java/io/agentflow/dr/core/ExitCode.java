package io.agentflow.dr.core;

import java.util.Arrays;

/** The exit codes of {@code af}. Frozen: scripts rely on them. Any other non-zero code means failure too. */
public enum ExitCode {
    OK(0, "done"),
    FAILED(1, "failed"),
    USAGE(2, "the command line or the configuration is wrong"),
    WARNINGS(3, "done, with warnings"),
    REFUSED(4, "refused before anything was touched"),
    CANCELLED(5, "cancelled by the user at a question"),
    NOT_FOUND(6, "the backup or database does not exist"),
    BUSY(7, "busy: somebody else is at it"),
    UNREACHABLE(8, "the server cannot be reached or the connection was lost; try again"),
    VERIFICATION_FAILED(9, "the backup is damaged, or the restored database differs");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
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

    public String meaning() {
        return meaning;
    }
}
