package io.agentflow.dr.critical;

import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.restore.Finding;
import java.util.List;
import java.util.Optional;

/**
 * The event triggers of the live database, which must not fire for what a restore does: many write into a table. Only a
 * superuser may keep them from it.
 *
 * @param states name and state of those that are not disabled
 * @param mayQuiet whether this role may disable them
 */
record EventTriggers(List<String[]> states, boolean mayQuiet) {
    static EventTriggers of(Sql sql) {
        return new EventTriggers(
                sql.list("SELECT evtname, evtenabled FROM pg_event_trigger WHERE evtenabled <> 'D' ORDER BY 1", row ->
                        new String[] {Sql.identifier(row.getString(1)), row.getString(2)}),
                sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"));
    }

    Optional<Finding> finding() {
        return states.isEmpty() || mayQuiet
                ? Optional.empty()
                : Optional.of(Finding.note(
                        "event triggers fire for what the restore does: "
                                + states.stream().map(state -> state[0]).toList(),
                        "if one writes into a table, the restore refuses to commit",
                        "Restore as a superuser, who may keep them from it."));
    }

    /** Disables them, for this transaction. */
    void quiet(Sql sql) {
        if (mayQuiet) {
            states.forEach(state -> sql.run("ALTER EVENT TRIGGER " + state[0] + " DISABLE"));
        }
    }

    /** Puts each back into the state that it had. */
    void restore(Sql sql) {
        if (mayQuiet) {
            states.forEach(state -> sql.run("ALTER EVENT TRIGGER " + state[0] + " ENABLE"
                    + switch (state[1]) {
                        case "R" -> " REPLICA";
                        case "A" -> " ALWAYS";
                        default -> "";
                    }));
        }
    }
}
