package io.agentflow.dr.fingerprint;

import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import java.util.List;

/** Generated columns, which no dump holds: what restores a table computes them anew. */
public final class GeneratedColumns {
    private GeneratedColumns() {}

    /** Says of a table of this database that what was computed is not what was there before. */
    public static String recomputed(Sql sql, Relation table) {
        List<String> names = sql.texts(
                "SELECT attname FROM pg_attribute WHERE attrelid = ?::text::regclass AND attnum > 0"
                        + " AND NOT attisdropped AND attgenerated <> '' ORDER BY attnum",
                table.sqlName());
        return table.qualifiedName() + ": "
                + (names.size() == 1
                        ? "the generated column " + names.get(0) + " was computed anew and differs"
                        : "of the generated columns " + String.join(", ", names)
                                + ", which were computed anew, one or more differ")
                + " (an expression gives another value today); all other columns are the same";
    }
}
