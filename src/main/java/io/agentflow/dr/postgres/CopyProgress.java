package io.agentflow.dr.postgres;

import java.util.List;

/**
 * How far one COPY command of pg_dump or pg_restore has come, from {@code pg_stat_progress_copy} (PostgreSQL 14 or
 * newer).
 *
 * @param bytes processed so far
 * @param rows processed so far
 */
public record CopyProgress(long oid, String schema, String name, long bytes, long rows) {

    public String qualifiedName() {
        return schema + "." + name;
    }

    /** The copies that sessions of this application are at, the largest first; none before PostgreSQL 14. */
    static List<CopyProgress> of(Sql sql, String application) {
        if (sql.serverVersion().major() < 14) {
            return List.of();
        }
        return sql.list(
                "SELECT p.relid::bigint, n.nspname, c.relname, p.bytes_processed, p.tuples_processed"
                        + " FROM pg_stat_progress_copy p JOIN pg_stat_activity a ON a.pid = p.pid"
                        + " JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE a.application_name = left(?, 63) AND a.datname = current_database()"
                        + " ORDER BY p.bytes_processed DESC",
                row -> new CopyProgress(
                        row.getLong(1), row.getString(2), row.getString(3), row.getLong(4), row.getLong(5)),
                application);
    }
}
