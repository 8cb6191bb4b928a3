package io.agentflow.dr.restore;

/**
 * One thing that the plan found.
 *
 * @param fact what there is
 * @param why why it matters; empty when all is well
 * @param fix the command that mends it, or what else to do; empty when there is nothing to do
 */
public record Finding(Severity severity, String fact, String why, String fix) {

    /** Whether it lets the restore go on. */
    public enum Severity {
        OK,
        NOTE,
        STOP
    }

    /** All of it as one line, for those who are told after the fact. */
    public String line() {
        return fact + (why.isEmpty() ? "" : ": " + why) + (fix.isEmpty() ? "" : ". " + fix);
    }

    public static Finding ok(String fact) {
        return new Finding(Severity.OK, fact, "", "");
    }

    public static Finding note(String fact, String why, String fix) {
        return new Finding(Severity.NOTE, fact, why, fix);
    }

    public static Finding stop(String fact, String why, String fix) {
        return new Finding(Severity.STOP, fact, why, fix);
    }
}
