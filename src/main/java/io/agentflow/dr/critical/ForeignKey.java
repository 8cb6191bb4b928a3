package io.agentflow.dr.critical;

import io.agentflow.dr.postgres.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A foreign key of the live database; names are as SQL wants them.
 *
 * @param table the one that refers, with its oid
 * @param referenced the one that is referred to
 * @param equals the operators that compare a referenced column with one that refers to it
 * @param validated whether every row holds it
 * @param deferrable whether its check can be put off
 * @param deferred whether it is, unless somebody says otherwise
 * @param forgiving whether a row that is referred to may go and come back in one statement: NO ACTION
 */
record ForeignKey(
        String name,
        long tableOid,
        String table,
        long referencedOid,
        String referenced,
        List<String> columns,
        List<String> referencedColumns,
        List<String> equals,
        boolean validated,
        boolean deferrable,
        boolean deferred,
        boolean forgiving) {
    private static final int NAMED = 10;
    /** So many characters of a key are told: it may be a document. */
    private static final int TOLD = 200;

    private static final String ALL = """
            SELECT c.conname, c.conrelid::bigint, r.text, c.confrelid::bigint, f.text,
                   ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.conkey) WITH ORDINALITY k(number, place)
                           JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.place),
                   ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.confkey) WITH ORDINALITY k(number, place)
                           JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY k.place),
                   ARRAY(SELECT 'OPERATOR(' || quote_ident(n.nspname) || '.' || o.oprname || ')'
                           FROM unnest(c.conpfeqop) WITH ORDINALITY k(operator, place)
                           JOIN pg_operator o ON o.oid = k.operator JOIN pg_namespace n ON n.oid = o.oprnamespace
                          ORDER BY k.place),
                   c.convalidated, c.condeferrable, c.condeferred,
                   c.confdeltype = 'a' AND c.confupdtype = 'a'
              FROM pg_constraint c,
                   LATERAL (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.relname) AS text FROM pg_class t
                              JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = c.conrelid) r,
                   LATERAL (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.relname) AS text FROM pg_class t
                              JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = c.confrelid) f
             WHERE c.contype = 'f' AND c.conparentid = 0
            """;

    static List<ForeignKey> all(Sql sql) {
        return sql.list(ALL, ForeignKey::of);
    }

    /** Those that this transaction has made without checking them: the newest of those that are not validated. */
    static List<ForeignKey> notValidated(Sql sql) {
        return sql.list(ALL + " AND NOT c.convalidated ORDER BY c.oid::bigint DESC LIMIT 1", ForeignKey::of);
    }

    private static ForeignKey of(ResultSet row) throws SQLException {
        return new ForeignKey(
                row.getString(1),
                row.getLong(2),
                row.getString(3),
                row.getLong(4),
                row.getString(5),
                texts(row, 6),
                texts(row, 7),
                texts(row, 8),
                row.getBoolean(9),
                row.getBoolean(10),
                row.getBoolean(11),
                row.getBoolean(12));
    }

    /** The same key as seen from a partition of the table that refers, or of the one that is referred to. */
    ForeignKey between(long referring, long referred) {
        return new ForeignKey(
                name,
                referring,
                table,
                referred,
                referenced,
                columns,
                referencedColumns,
                equals,
                validated,
                deferrable,
                deferred,
                forgiving);
    }

    private static List<String> texts(ResultSet row, int column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    /**
     * Rows that refer to nothing.
     *
     * @param rows where they are: the table itself, or one that will become it
     * @return nothing, or what to tell of them
     */
    String orphans(Sql sql, String rows) {
        return told(
                sql,
                " FROM " + rows + " o WHERE " + present() + " AND NOT EXISTS (SELECT FROM " + referenced + " g WHERE "
                        + match() + ")",
                "that are missing in " + referenced);
    }

    /**
     * Rows that refer to some that are to go and do not come back.
     *
     * @param gone a table that holds these
     * @param rows a table that holds the rows that will be there
     */
    String referring(Sql sql, String gone, String rows) {
        return told(
                sql,
                " FROM " + table + " o WHERE EXISTS (SELECT FROM " + gone + " g WHERE " + match()
                        + ") AND NOT EXISTS (SELECT FROM " + rows + " g WHERE " + match() + ")",
                "of " + referenced + " that the backup does not hold");
    }

    /**
     * Whether its check must be put off, because children would refer to what is not there for a while.
     *
     * @param parentFirst whether the rows that are referred to come in before those that refer to them
     */
    boolean mustWait(Sql sql, ReplaceRows child, ReplaceRows parent, boolean parentFirst) {
        if (tableOid != referencedOid && !parentFirst) {
            return true;
        }
        if (!parent.hasKey(referencedColumns)
                || (child.hasKey()
                        && sql.yes("SELECT EXISTS (SELECT FROM " + child.name() + " o WHERE EXISTS (SELECT FROM "
                                + parent.gone() + " g WHERE " + match() + ") AND EXISTS ("
                                + child.twin("b", child.rows(), "o") + "))"))) {
            return true;
        }
        // Rows of one table are changed before others of it come in.
        return tableOid == referencedOid
                && child.hasKey()
                && sql.yes("SELECT EXISTS (SELECT FROM " + child.rows() + " o WHERE " + present() + " AND EXISTS ("
                        + child.twin("l", child.name(), "o") + ") AND NOT EXISTS (SELECT FROM " + parent.name()
                        + " g WHERE " + match() + "))");
    }

    /** Puts its check off to the end of the transaction; what it does on delete is not put off. Locks readers out. */
    void putOff(Sql sql) {
        if (!deferrable) {
            alter(sql, "DEFERRABLE INITIALLY DEFERRED");
        }
    }

    /** Makes it what it was. */
    void restore(Sql sql) {
        if (!deferrable) {
            alter(sql, "NOT DEFERRABLE INITIALLY IMMEDIATE");
        }
    }

    private void alter(Sql sql, String how) {
        sql.run("ALTER TABLE " + table + " ALTER CONSTRAINT " + Sql.identifier(name) + " " + how);
    }

    private String present() {
        return columns.stream().map(c -> "o." + c + " IS NOT NULL").collect(Collectors.joining(" AND "));
    }

    private String match() {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> "g." + referencedColumns.get(i) + " " + equals.get(i) + " o." + columns.get(i))
                .collect(Collectors.joining(" AND "));
    }

    private String told(Sql sql, String rows, String what) {
        long count = sql.number("SELECT count(*)" + rows);
        if (count == 0) {
            return "";
        }
        String key = columns.stream().map(c -> "o." + c).collect(Collectors.joining(", ", "ROW(", ")"));
        List<String> named = sql.texts("SELECT CASE WHEN length(k) > " + TOLD + " THEN left(k, " + TOLD
                + ") || '…' ELSE k END FROM (SELECT DISTINCT " + key + "::text AS k" + rows + " ORDER BY 1 LIMIT "
                + (NAMED + 1) + ") keys");
        return count + (count == 1 ? " row of " : " rows of ") + table + (count == 1 ? " refers" : " refer")
                + " to rows " + what + ": (" + String.join(", ", columns) + ") = "
                + named.stream().limit(NAMED).collect(Collectors.joining(", "))
                + (named.size() > NAMED ? " and others" : "");
    }
}
