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
 *
 * <p>Functions are named with their schema: a query may be planned under a search path that has others of that name.
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

    /**
     * Behind a query that was planned under another search path: sets it back before the first row is read. The names
     * of tables and functions among the values are written by it.
     */
    static final String UNDER_FIXED_PATH =
            " WHERE (SELECT pg_catalog.set_config('search_path', 'pg_catalog', false)) IS NOT NULL";

    /** Reads a large object by pieces, so that the server's memory stays flat and holes count as zeros. */
    private static final int PIECE = 1024 * 1024;

    static final String LARGE_OBJECTS =
            "SELECT " + left("h.m") + "::text, " + right("h.m") + "::text, max(o.oid)::bigint FROM"
                    + " (SELECT oid, lo_lseek64(lo_open(oid, 262144), 0, 2) AS bytes FROM pg_largeobject_metadata"
                    + " WHERE oid > ? ORDER BY oid LIMIT 500) o, LATERAL (SELECT "
                    + bits("md5(o.oid || ':' || o.bytes || ':' || coalesce(string_agg(md5(lo_get(o.oid, piece * "
                            + PIECE + ", " + PIECE + ")), ',' ORDER BY piece), ''))")
                    + " AS m FROM generate_series(0, (o.bytes - 1) / " + PIECE + ") AS piece) h";

    private FingerprintQuery() {}

    /**
     * The query for number of rows and hash. The hash of a table with generated columns ends with that of the others:
     * these alone are in a dump, and come back whatever an expression gives today.
     *
     * @param columns in the order of their names
     * @param tree whether the rows of its partitions count, too
     */
    static String of(Relation table, List<RowColumn> columns, FingerprintFormat format, boolean tree) {
        List<RowColumn> stored = columns.stream().filter(c -> !c.generated()).toList();
        boolean twice = format != FingerprintFormat.M1 && stored.size() < columns.size();
        // OFFSET 0 keeps the planner from writing the MD5 into the query twice.
        return "SELECT pg_catalog.count(*), pg_catalog.concat('" + format.prefix() + "', " + sums("h.m")
                + (twice ? ", '+', " + sums("h.s") : "") + ") FROM (SELECT " + bits(columns, format) + " AS m"
                + (twice ? ", " + bits(stored, format) + " AS s" : "") + source(table, tree) + " OFFSET 0) h";
    }

    private static String bits(List<RowColumn> columns, FingerprintFormat format) {
        String row = format == FingerprintFormat.M1 ? RowColumn.asRow(columns) : RowColumn.asText(columns);
        return bits("pg_catalog.md5(" + row + ")");
    }

    /** The query that only counts. */
    static String counting(Relation table, boolean tree) {
        return "SELECT pg_catalog.count(*)" + source(table, tree);
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
        return left(bits) + ", ':', " + right(bits);
    }

    private static String left(String bits) {
        return "coalesce(pg_catalog.sum(" + bits + "::bit(64)::bigint), 0)";
    }

    private static String right(String bits) {
        return "coalesce(pg_catalog.sum((" + bits + " << 64)::bit(64)::bigint), 0)";
    }
}
