package io.agentflow.dr.restore;

/**
 * One thing that the plan found.
 *
 * @param fix what to do about it, or why it matters; empty when all is well
 */
public record Finding(Severity severity, String fact, String fix) {

    /** Whether it lets the restore go on. */
    public enum Severity {
        OK,
        NOTE,
        STOP
    }

    static Finding ok(String fact) {
        return new Finding(Severity.OK, fact, "");
    }

    static Finding note(String fact, String why) {
        return new Finding(Severity.NOTE, fact, why);
    }

    static Finding stop(String fact, String fix) {
        return new Finding(Severity.STOP, fact, fix);
    }
}
