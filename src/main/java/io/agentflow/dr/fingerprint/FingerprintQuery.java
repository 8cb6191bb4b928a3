package io.agentflow.dr.fingerprint;

import io.agentflow.dr.postgres.Relation;
import java.util.List;

/**
 * The queries that take fingerprints.
 *
 * <p>Each row is written as text of its columns in the order of their names, under fixed output settings; its MD5 is cut
 * into two signed 64-bit numbers; each of the two is summed over all rows. So it has more than 128 bits and depends
 * neither on the order of rows nor on that of columns. It finds damage and mistakes; against a forger stand the SHA-256
 * seals.
 */
final class FingerprintQuery {
    /** Output settings that decide how a value looks as text: the same rows give the same text anywhere. */
    static final String FIXED_OUTPUT =
            "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';"
                    + " SET extra_float_digits = 3; SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET lc_numeric = 'C';"
                    + " SET lc_time = 'C'; SET xmlbinary = 'base64'; SET row_security = off;"
                    // Nothing of the text depends on jit: compiling what is spent in output functions costs a sixth
                    // more time.
                    + " SET quote_all_identifiers = off; SET jit = off; SET search_path = pg_catalog";

    /** Reads a large object by pieces, so that the server's memory stays flat and holes count as zeros. */
    private static final int PIECE = 1024 * 1024;

    static final String LARGE_OBJECTS = "SELECT " + sums("h.m") + ", max(o.oid)::bigint FROM"
            + " (SELECT oid, lo_lseek64(lo_open(oid, 262144), 0, 2) AS bytes FROM pg_largeobject_metadata"
            + " WHERE oid > ? ORDER BY oid LIMIT 500) o, LATERAL (SELECT "
            + bits("md5(o.oid || ':' || o.bytes || ':' || coalesce(string_agg(md5(lo_get(o.oid, piece * " + PIECE + ", "
                    + PIECE + ")), ',' ORDER BY piece), ''))")
            + " AS m FROM generate_series(0, (o.bytes - 1) / " + PIECE + ") AS piece) h";

    private FingerprintQuery() {}

    /**
     * The query.
     *
     * @param columns in the order of their names
     * @param tree whether the rows of its partitions count, too
     */
    static String of(Relation table, List<RowColumn> columns, FingerprintFormat format, boolean tree) {
        String row = format == FingerprintFormat.M1 ? RowColumn.asRow(columns) : RowColumn.asText(columns);
        // OFFSET 0 keeps the planner from writing the MD5 into the query twice.
        return "SELECT count(*), " + sums("h.m") + " FROM (SELECT " + bits("md5(" + row + ")") + " AS m"
                + source(table, tree) + " OFFSET 0) h";
    }

    /** The query that only counts. */
    static String counting(Relation table, boolean tree) {
        return "SELECT count(*)" + source(table, tree);
    }

    private static String source(Relation table, boolean tree) {
        return (tree ? " FROM " : " FROM ONLY ") + table.sqlName() + " AS r "
                + (table.filter() == null ? "" : table.filter());
    }

    /** Read once, for both halves: to read each by itself takes the server a tenth more time. */
    private static String bits(String md5) {
        return "('x' || " + md5 + ")::bit(128)";
    }

    private static String sums(String bits) {
        return "coalesce(sum(" + bits + "::bit(64)::bigint), 0)::text," + " coalesce(sum((" + bits
                + " << 64)::bit(64)::bigint), 0)::text";
    }
}
