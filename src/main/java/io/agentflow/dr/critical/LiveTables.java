package io.agentflow.dr.critical;

import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.Sql;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The session in the live database, and what was there before anything was changed. */
final class LiveTables {
    private final Sql sql;
    private final Map<String, Long> relations = new HashMap<>();
    private final Set<String> noTables = new HashSet<>();
    private final Set<String> sequences;

    LiveTables(Sql sql) {
        this.sql = sql;
        sql.list(
                "SELECT n.nspname, c.relname, c.oid::bigint, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname !~ '^pg_'",
                row -> {
                    String name = Sql.identifier(row.getString(1)) + "." + Sql.identifier(row.getString(2));
                    if (!row.getString(4).matches("[rp]")) {
                        noTables.add(name);
                    }
                    relations.put(name, row.getLong(3));
                    return name;
                });
        this.sequences = Set.copyOf(sequencesNow());
    }

    Sql sql() {
        return sql;
    }

    boolean has(TableEntry table) {
        return relations.containsKey(table.sqlName());
    }

    /** Whether something else has its name: a view, a foreign table. */
    boolean hasOther(TableEntry table) {
        return noTables.contains(table.sqlName());
    }

    /** The oid that a table has here, which is not that in the source. */
    long oid(TableEntry table) {
        Long oid = relations.get(table.sqlName());
        if (oid == null) {
            throw new IllegalStateException(table.qualifiedName() + " was not there");
        }
        return oid;
    }

    /** The oids of everything that was there before. */
    Set<Long> oids() {
        return new HashSet<>(relations.values());
    }

    /** Whether a sequence was there before. */
    boolean hadSequence(String sqlName) {
        return sequences.contains(sqlName);
    }

    /** Whether the sequence of an archive's entry is there. */
    boolean hasSequence(ArchiveEntry entry) {
        return sql.yes(
                "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE c.relkind = 'S' AND starts_with(?, n.nspname || ' ' || c.relname || ' '))",
                entry.tag());
    }

    Set<String> sequencesNow() {
        return new HashSet<>(sql.list(
                "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE c.relkind = 'S'",
                row -> Sql.identifier(row.getString(1)) + "." + Sql.identifier(row.getString(2))));
    }
}
