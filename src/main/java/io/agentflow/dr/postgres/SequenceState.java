package io.agentflow.dr.postgres;

/**
 * Where a sequence stood before the dump began. Sequences live outside of snapshots, so one that moved while the dump
 * ran is known by a lower bound only.
 *
 * @param called whether {@code lastValue} was handed out already
 * @param exact whether it stood still while the dump ran
 */
public record SequenceState(
        String schema, String name, long lastValue, boolean called, boolean ascending, boolean exact) {

    public String qualifiedName() {
        return schema + "." + name;
    }

    /** What no other sequence is called: a schema's and a sequence's name may both hold dots. */
    public String sqlName() {
        return Sql.identifier(schema) + "." + Sql.identifier(name);
    }

    /** This state, exact only if a later look found the same; of one that was set back, the further back of both. */
    public SequenceState confirmedBy(SequenceState later) {
        boolean setBack =
                later.lastValue == lastValue ? called && !later.called : ascending == (later.lastValue < lastValue);
        return new SequenceState(
                schema, name, setBack ? later.lastValue : lastValue, !setBack && called, ascending, equals(later));
    }

    /** Whether a restored sequence can hand out no value that the source had handed out before the dump. */
    public boolean keptBy(SequenceState restored) {
        if (exact || restored.lastValue == lastValue) {
            return restored.lastValue == lastValue && (restored.called == called || (!exact && restored.called));
        }
        return ascending ? restored.lastValue > lastValue : restored.lastValue < lastValue;
    }
}
