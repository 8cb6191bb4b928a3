package io.agentflow.dr.critical;

import io.agentflow.dr.postgres.Sql;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Keeps the triggers of users from firing while rows are replaced, and puts each back into the state that it had. Those
 * of foreign keys go on. An owner may do so, without being superuser.
 */
final class QuietTriggers {
    private static final String STATES = """
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(t.tgname), t.tgenabled
              FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE NOT t.tgisinternal AND t.tgrelid IN
                   (SELECT r.oid FROM unnest(?::bigint[]) AS r(oid)
                     UNION SELECT p.relid FROM unnest(?::bigint[]) AS r(oid), pg_partition_tree(r.oid::regclass) p)
             ORDER BY (SELECT count(*) FROM pg_partition_ancestors(t.tgrelid)), 1, 2
            """;

    private final Sql sql;
    private final List<String[]> states;

    QuietTriggers(Sql sql, List<ReplaceRows> tables) {
        this.sql = sql;
        String oids = tables.stream().map(t -> String.valueOf(t.oid())).collect(Collectors.joining(",", "{", "}"));
        this.states = sql.list(
                STATES, row -> new String[] {row.getString(1), row.getString(2), row.getString(3)}, oids, oids);
        states.forEach(state -> alter(state, "DISABLE"));
    }

    /** Parents first: what is said of a partitioned table holds for its partitions until they are told otherwise. */
    void restore() {
        for (String[] state : states) {
            alter(
                    state,
                    switch (state[2]) {
                        case "D" -> "DISABLE";
                        case "R" -> "ENABLE REPLICA";
                        case "A" -> "ENABLE ALWAYS";
                        default -> "ENABLE";
                    });
        }
    }

    private void alter(String[] state, String how) {
        sql.run("ALTER TABLE " + state[0] + " " + how + " TRIGGER " + state[1]);
    }
}
