package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/**
 * A failure that an operator can act on: a fact in lower case without a full stop, a hint that starts with a verb, and
 * the exit code. Whatever is not an {@code AfException} is a bug and shows its stack.
 */
public class AfException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String hint;
    private final ExitCode exitCode;

    public AfException(ExitCode exitCode, String fact, String hint, @Nullable Throwable cause) {
        super(fact, cause);
        this.exitCode = exitCode;
        this.hint = hint;
    }

    public AfException(ExitCode exitCode, String fact, String hint) {
        this(exitCode, fact, hint, null);
    }

    /** What is the case, without a hint. */
    public String fact() {
        return String.valueOf(getMessage());
    }

    public String hint() {
        return hint;
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    /** Whether the same attempt may succeed a little later with nothing changed. */
    public boolean retryable() {
        return false;
    }

    /** One line for a log: the fact, or what a bug calls itself. */
    public static String line(RuntimeException failure) {
        return failure instanceof AfException known ? known.fact() : failure.toString();
    }

    /** The first operator's failure in the chain of causes, or null when there is none: then it is a bug. */
    public static @Nullable AfException in(@Nullable Throwable failure) {
        return Causes.first(failure, AfException.class).orElse(null);
    }
}
