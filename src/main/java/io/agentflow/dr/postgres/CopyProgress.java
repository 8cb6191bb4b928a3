package io.agentflow.dr.postgres;

import java.util.List;

/**
 * How far the COPY commands of pg_dump or pg_restore have come, from {@code pg_stat_progress_copy} (PostgreSQL 14 or
 * newer; empty before that).
 *
 * @param table with its schema
 * @param bytes processed so far
 * @param rows processed so far
 */
public record CopyProgress(long oid, String table, long bytes, long rows) {

    /** The copies that sessions of this application are at. */
    public static List<CopyProgress> of(Sql sql, String applicationName) {
        if (sql.serverVersion().major() < 14) {
            return List.of();
        }
        return sql.list(
                "SELECT p.relid::bigint, p.relid::regclass::text, p.bytes_processed, p.tuples_processed FROM pg_stat_progress_copy p"
                        + " JOIN pg_stat_activity a ON a.pid = p.pid WHERE a.application_name = ? AND a.datname ="
                        + " current_database() ORDER BY p.bytes_processed DESC",
                row -> new CopyProgress(row.getLong(1), row.getString(2), row.getLong(3), row.getLong(4)),
                applicationName);
    }
}
