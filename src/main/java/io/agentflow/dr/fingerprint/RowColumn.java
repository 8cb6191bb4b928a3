package io.agentflow.dr.fingerprint;

import io.agentflow.dr.postgres.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A column of a row that becomes text, called {@code r}.
 *
 * @param value its value in SQL
 * @param kind how its text is kept apart from that of its neighbours
 * @param generated whether the server computes it from others, stored or when it is read: no dump holds it
 */
record RowColumn(String value, Kind kind, boolean generated) {
    /** What the text of a type can hold. */
    enum Kind {
        /** Anything: its length goes before it. */
        TEXT,
        /** Never the character 1, and never nothing. */
        PLAIN,
        /** Anything; as a row of its own it is quoted where it must be. */
        OTHER
    }

    /** Types whose text has no control characters, and is never empty. */
    private static final String PLAIN_TYPES =
            "'{bool,bytea,int2,int4,int8,oid,float4,float8,numeric,uuid,date,time,timetz,"
                    + "timestamp,timestamptz,interval,json,jsonb,inet,cidr,macaddr,macaddr8,pg_lsn}'::regtype[]";

    /** The columns of a table, its only parameter, in the order of their names. */
    static final String COLUMNS =
            "SELECT attname, CASE WHEN atttypid IN ('text'::regtype, 'varchar'::regtype) THEN 'TEXT'"
                    + " WHEN atttypid = ANY (" + PLAIN_TYPES + ") THEN 'PLAIN' ELSE 'OTHER' END,"
                    + " atttypid = '\"char\"'::regtype AND current_setting('server_version_num')::int < 160000,"
                    + " attgenerated <> ''"
                    + " FROM pg_attribute WHERE attrelid = ?::text::regclass AND attnum > 0"
                    + " AND NOT attisdropped ORDER BY attname COLLATE \"C\"";

    private static final String END = "E'\\x01'";

    /** A function takes no more than a hundred arguments; a column needs four of them. */
    private static final int COLUMNS_AT_ONCE = 24;

    /** One row of {@link #COLUMNS}. */
    static RowColumn of(ResultSet row) throws SQLException {
        String column = "r." + Sql.identifier(row.getString(1));
        return new RowColumn(
                row.getBoolean(3) ? octal(column) : column, Kind.valueOf(row.getString(2)), row.getBoolean(4));
    }

    /**
     * A {@code "char"} of a server before 16 as newer ones write it: these write one that is not ASCII as a backslash and
     * three octal digits, older ones its byte as it is.
     */
    private static String octal(String column) {
        String value = column + "::integer";
        return "CASE WHEN " + value + " < 0 THEN pg_catalog.concat(pg_catalog.chr(92), (" + value + " & 255) >> 6, ("
                + value + " >> 3) & 7, " + value + " & 7) ELSE " + column + "::text END";
    }

    /** As format m1 writes a row. */
    static String asRow(List<RowColumn> columns) {
        return columns.stream().map(RowColumn::value).collect(Collectors.joining(", ", "ROW(", ")::text"));
    }

    /** As format m2 writes a row: no two rows that differ have the same text. */
    static String asText(List<RowColumn> columns) {
        List<String> pieces = new ArrayList<>(List.of("''"));
        for (int from = 0; from < columns.size(); from += COLUMNS_AT_ONCE) {
            pieces.add(columns.subList(from, Math.min(columns.size(), from + COLUMNS_AT_ONCE)).stream()
                    .map(RowColumn::arguments)
                    .collect(Collectors.joining(", ", "pg_catalog.concat(", ")")));
        }
        return String.join(" || ", pieces.size() == 2 ? pieces.subList(1, 2) : pieces);
    }

    private String arguments() {
        return switch (kind) {
            // Of NULL the length is NULL, and so is nothing; that of an empty text is 0.
            case TEXT -> "pg_catalog.octet_length(" + value + "), ':', " + value + ", " + END;
            case PLAIN -> value + ", " + END;
            case OTHER -> "ROW(" + value + ")::text, " + END;
        };
    }
}
