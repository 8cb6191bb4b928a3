package io.agentflow.dr.critical;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.Sql;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gives one table of the live database the backup's rows: what the backup does not hold is taken out, what differs is
 * changed, what is missing is put in. No row is taken out and put in again, so nothing that refers to it is lost.
 */
final class ReplaceRows {
    private static final Pattern NAME = Pattern.compile("\"(?:[^\"]|\"\")+\"|[^\\s,\"()]+");
    /** Schema and table, and then the columns. */
    private static final Pattern TARGET = Pattern.compile(
            "(?:\"(?:[^\"]|\"\")+\"|[^\\s.\"]+)\\.(?:\"(?:[^\"]|\"\")+\"|[^\\s\"(]+) \\((.*)\\)", Pattern.DOTALL);

    /** The smallest unique index over columns that are never null, the primary key first. */
    private static final String KEY = """
            SELECT a.attname, 'OPERATOR(' || quote_ident(n.nspname) || '.' || o.oprname || ')'
              FROM (SELECT * FROM pg_index i WHERE i.indrelid = ? AND i.indisunique AND i.indisvalid AND i.indimmediate
                       AND i.indpred IS NULL AND i.indexprs IS NULL
                       AND NOT EXISTS (SELECT FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) k
                                         JOIN pg_attribute c ON c.attrelid = i.indrelid AND c.attnum = k
                                        WHERE NOT c.attnotnull OR c.attgenerated <> '')
                     ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) i,
                   generate_series(0, i.indnkeyatts - 1) AS place
              JOIN pg_opclass p ON true
              JOIN pg_amop m ON m.amopfamily = p.opcfamily AND m.amoplefttype = p.opcintype
                            AND m.amoprighttype = p.opcintype AND m.amopstrategy = 3
              JOIN pg_operator o ON o.oid = m.amopopr
              JOIN pg_namespace n ON n.oid = o.oprnamespace
              JOIN pg_attribute a ON true
             WHERE p.oid = i.indclass[place] AND a.attrelid = i.indrelid AND a.attnum = i.indkey[place]
             ORDER BY place
            """;

    private final Sql sql;
    private final long oid;
    private final ChosenTable table;
    private final String name;
    private final String rows;
    private final String gone;
    private final List<String> columns;
    private final List<String> computed;
    private final List<String> identities;
    private final List<String> always;
    private final List<String[]> key;

    /** @param number by which its temporary tables are told from those of others */
    ReplaceRows(LiveTables live, ChosenTable table, int number) {
        this.sql = live.sql();
        this.oid = live.oid(table.table());
        this.table = table;
        this.name = (table.partitioned() ? "" : "ONLY ") + table.table().sqlName();
        this.rows = "pg_temp.af_rows_" + number;
        this.gone = "pg_temp.af_gone_" + number;
        this.columns = names("attnum > 0 AND attgenerated = '' ORDER BY attnum");
        this.computed = names("attgenerated <> '' ORDER BY attnum");
        this.key = sql.list(KEY, row -> new String[] {Sql.identifier(row.getString(1)), row.getString(2)}, oid);
        Set<String> fixed = key.stream().map(k -> k[0]).collect(Collectors.toSet());
        this.identities = names("attidentity = 'a'");
        this.always = identities.stream()
                .filter(column -> !key.isEmpty() && !fixed.contains(column))
                .toList();
        sql.run("CREATE TEMPORARY TABLE " + rows.replace("pg_temp.", "") + " ON COMMIT DROP AS SELECT " + list("")
                + " FROM " + table.table().sqlName() + " WITH NO DATA");
        if (!computed.isEmpty()) {
            see();
        }
    }

    ChosenTable table() {
        return table;
    }

    long oid() {
        return oid;
    }

    /** The table itself, as a FROM clause wants it. */
    String name() {
        return name;
    }

    /** Whether its rows can be told from one another. */
    boolean hasKey() {
        return !key.isEmpty();
    }

    /** Whether these are the columns by which its rows are told from one another: they never change. */
    boolean hasKey(List<String> quoted) {
        return !key.isEmpty()
                && quoted.stream()
                        .map(ReplaceRows::quoted)
                        .collect(Collectors.toSet())
                        .equals(key.stream().map(k -> k[0]).collect(Collectors.toSet()));
    }

    /** The backup's rows, once they have been taken, with what the live table will compute of them. */
    String rows() {
        return computed.isEmpty() ? rows : rows.replace("af_rows", "af_seen");
    }

    /** The live rows that the backup does not hold, once they have been looked for. */
    String gone() {
        return gone;
    }

    /**
     * Takes the backup's rows, of one partition or of the whole.
     *
     * @throws Refused if the table has other columns now
     */
    void take(CopyBlocks.Block block, String with) throws IOException {
        Matcher target = TARGET.matcher(block.target());
        String list = target.matches() ? target.group(1) : "";
        Set<String> backed = new TreeSet<>(
                NAME.matcher(list).results().map(name -> quoted(name.group())).toList());
        Set<String> now = new TreeSet<>(columns);
        if (!backed.equals(now)) {
            Set<String> either = new TreeSet<>(backed);
            either.addAll(now);
            either.removeIf(column -> backed.contains(column) && now.contains(column));
            throw new Refused(
                    table + " has other columns now than in the backup: " + String.join(", ", either),
                    "Nothing was changed. Restore beside, and take the rows from there: --target-database-url");
        }
        sql.copyIn("COPY " + rows + (list.isEmpty() ? "" : " (" + list + ")") + with, block.rows());
    }

    /** No dump holds generated columns, and a foreign key may be on them, or refer to them, all the same. */
    private void see() {
        String expressions = String.join(
                ", ",
                sql.texts(
                        "SELECT format('(%s)::%s AS %I', pg_get_expr(d.adbin, d.adrelid),"
                                + " format_type(a.atttypid, a.atttypmod), a.attname)"
                                + " FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                                + " WHERE a.attrelid = ? AND NOT a.attisdropped AND a.attgenerated <> '' ORDER BY a.attnum",
                        oid));
        // It goes with the table that it is of.
        sql.run("CREATE TEMPORARY VIEW " + rows().replace("pg_temp.", "") + " AS SELECT *, " + expressions + " FROM "
                + rows);
    }

    private List<String> names(String which) {
        return sql
                .texts("SELECT attname FROM pg_attribute WHERE attrelid = ? AND NOT attisdropped AND " + which, oid)
                .stream()
                .map(Sql::identifier)
                .toList();
    }

    private static String quoted(String name) {
        return name.startsWith("\"") ? name : Sql.identifier(name);
    }

    /**
     * An identity that is always generated could not be changed to the backup's values. One that is in the key is the
     * same in both: a number that is equal is the same.
     */
    void open() {
        always.forEach(column -> sql.run(
                "ALTER TABLE " + table.table().sqlName() + " ALTER COLUMN " + column + " SET GENERATED BY DEFAULT"));
    }

    /** Makes the table what it was. */
    void close() {
        always.forEach(column -> sql.run(
                "ALTER TABLE " + table.table().sqlName() + " ALTER COLUMN " + column + " SET GENERATED ALWAYS"));
    }

    /** Gives the columns by which rows refer to tables of the restore the backup's values. */
    void pointElsewhere(List<ForeignKey> among) {
        List<String> referring = among.stream()
                .filter(foreign -> foreign.tableOid() == oid)
                .flatMap(foreign -> foreign.columns().stream())
                .map(ReplaceRows::quoted)
                .filter(columns::contains)
                .filter(column -> !identities.contains(column) || always.contains(column))
                .distinct()
                .toList();
        if (!referring.isEmpty() && !key.isEmpty()) {
            set(referring);
        }
    }

    /** Finds the live rows that the backup does not hold. */
    void compare() {
        if (!key.isEmpty()) {
            sql.run("CREATE INDEX ON " + rows + " ("
                    + key.stream().map(k -> k[0]).collect(Collectors.joining(", ")) + ")");
        }
        sql.run("ANALYZE " + rows);
        sql.run("CREATE TEMPORARY TABLE " + gone.replace("pg_temp.", "") + " ON COMMIT DROP AS SELECT "
                + Stream.concat(columns.stream(), computed.stream())
                        .map(column -> "l." + column)
                        .collect(Collectors.joining(", "))
                + " FROM " + name + " l" + (key.isEmpty() ? "" : " WHERE NOT EXISTS (" + twin("b", rows, "l") + ")"));
        sql.run("ANALYZE " + gone);
    }

    long delete() {
        return sql.change("DELETE FROM " + name + " l"
                + (key.isEmpty() ? "" : " WHERE NOT EXISTS (" + twin("b", rows, "l") + ")"));
    }

    /** The key too: values may be equal to the index and yet not the same, as in citext. */
    long update() {
        return key.isEmpty()
                ? 0
                : set(columns.stream()
                        .filter(column -> !identities.contains(column) || always.contains(column))
                        .toList());
    }

    /**
     * Changes what differs. Rows that have exchanged unique values cannot be changed one after the other: they are taken
     * out and put in again by one statement.
     *
     * @param forgiving whether nothing that refers to a row notices that
     * @throws Refused if something would
     */
    long update(boolean forgiving) {
        sql.run("SAVEPOINT af_update");
        try {
            long changed = update();
            sql.run("RELEASE af_update");
            return changed;
        } catch (AfException e) {
            if (!PgFailures.state(e).matches("23505|23P01")) {
                throw e;
            }
            sql.run("ROLLBACK TO af_update");
            if (!forgiving) {
                throw new Refused(
                        "rows of " + table + " have exchanged values that are unique since the backup: " + e.fact(),
                        "Nothing was changed. Give one of them another value, so that the others can be changed back;"
                                + " a foreign key that acts on delete keeps them from being put in anew.");
            }
            return exchange();
        }
    }

    /** Foreign keys look only when the statement has ended: then every row that they refer to is there again. */
    private long exchange() {
        return sql.change("WITH changed AS (DELETE FROM " + name + " l USING " + rows + " b WHERE " + match("b", "l")
                + " AND " + differs(columns) + " RETURNING "
                + key.stream().map(k -> "l." + k[0]).collect(Collectors.joining(", "))
                + ") INSERT INTO " + table.table().sqlName() + " (" + list("")
                + ") OVERRIDING SYSTEM VALUE SELECT " + list("b.") + " FROM " + rows
                // All are out before the first one is put in.
                + " b WHERE (SELECT count(*) FROM changed) > 0 AND EXISTS (" + twin("l", "changed", "b") + ")");
    }

    private static String differs(List<String> changed) {
        return "ROW(" + changed.stream().map(c -> "l." + c).collect(Collectors.joining(", "))
                + ")::text IS DISTINCT FROM ROW("
                + changed.stream().map(c -> "b." + c).collect(Collectors.joining(", ")) + ")::text";
    }

    private long set(List<String> changed) {
        String set = changed.stream().map(c -> c + " = b." + c).collect(Collectors.joining(", "));
        return sql.change("UPDATE " + name + " l SET " + set + " FROM " + rows + " b WHERE " + match("b", "l") + " AND "
                + differs(changed));
    }

    long insert() {
        return sql.change("INSERT INTO " + table.table().sqlName() + " (" + list("")
                + ") OVERRIDING SYSTEM VALUE SELECT " + list("b.") + " FROM " + rows + " b"
                + (key.isEmpty() ? "" : " WHERE NOT EXISTS (" + twin("l", name, "b") + ")"));
    }

    String twin(String alias, String where, String other) {
        return "SELECT FROM " + where + " " + alias + " WHERE " + match(alias, other);
    }

    private String match(String one, String other) {
        return key.stream()
                .map(k -> one + "." + k[0] + " " + k[1] + " " + other + "." + k[0])
                .collect(Collectors.joining(" AND "));
    }

    private String list(String prefix) {
        return columns.stream().map(c -> prefix + c).collect(Collectors.joining(", "));
    }
}
