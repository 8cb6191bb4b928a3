package io.agentflow.dr.fingerprint;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Plans queries on tables whose indexes use functions of the user's. The planner opens such a function whatever the
 * query is, and one that names others without their schema can only be opened under the search path that it relies on.
 */
final class OwnSearchPath {
    /** Tables that have, or whose partitions have, an index, statistics or a partition key with such a function. */
    private static final String RELYING =
            "WITH RECURSIVE relying (oid) AS (SELECT coalesce(i.indrelid, s.stxrelid, d.objid) FROM pg_depend d"
                    + " LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid"
                    + " LEFT JOIN pg_statistic_ext s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid"
                    + " WHERE d.classid IN ('pg_class'::regclass, 'pg_statistic_ext'::regclass)"
                    + " AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)"
                    + " UNION SELECT h.inhparent FROM relying r JOIN pg_inherits h ON h.inhrelid = r.oid)"
                    + " SELECT n.nspname, c.relname FROM relying r JOIN pg_class c ON c.oid = r.oid"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace";

    /** Behind the built-ins: the names of a query are theirs, as long as it names the schema of its functions. */
    private static final String SET =
            "SELECT pg_catalog.set_config('search_path', concat_ws(', ', 'pg_catalog', nullif(reset_val, '')), false)"
                    + " FROM pg_catalog.pg_settings WHERE name = 'search_path'";

    private OwnSearchPath() {}

    /** The names in SQL of the tables that may need it. */
    static Set<String> relying(Sql session) {
        return Set.copyOf(session.list(
                RELYING,
                row -> new Relation(0, row.getString(1), row.getString(2), Relation.Kind.TABLE, null).sqlName()));
    }

    /**
     * Reads a table with the search path that the database gives to everybody.
     *
     * @throws OperationFailed if a function relies on yet another one
     */
    static <T> T under(Sql session, Relation table, Supplier<T> reading) {
        session.text(SET);
        try {
            T read = reading.get();
            session.run("SET search_path = pg_catalog");
            return read;
        } catch (AfException e) {
            if (!PgFailures.missing(e)) {
                throw e;
            }
            throw new OperationFailed(
                    table.qualifiedName() + " cannot be read: " + e.fact(),
                    "Give the functions in its indexes their own search path: ALTER FUNCTION … SET search_path = …",
                    e);
        }
    }
}
