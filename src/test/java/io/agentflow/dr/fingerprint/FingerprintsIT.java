package io.agentflow.dr.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.LocalPostgres;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that differ have different fingerprints, and those that do not have the same, in every format. */
class FingerprintsIT {
    private static ADatabase database;
    private static Sql sql;

    @BeforeAll
    static void connect() {
        database = LocalPostgres.shared().database("fingerprints");
        sql = Connections.open(database.url(), "fingerprints");
    }

    @AfterAll
    static void disconnect() {
        sql.close();
    }

    private static String of(String table, FingerprintFormat format) {
        Relation relation = new Relation(0, "public", table, Relation.Kind.TABLE, null);
        return String.valueOf(TakeFingerprints.ofOne(sql, relation, ProofLevel.FULL, format, false)
                .hash());
    }

    @ParameterizedTest
    @EnumSource
    void tellsRowsApartThatDifferInNothingButWhereAValueEnds(FingerprintFormat format) {
        database.with("DROP TABLE IF EXISTS pair")
                .with("CREATE TABLE pair (a text, b varchar, c jsonb, d int[], e char(3))");
        List<String> rows = List.of(
                "('x', 'y', NULL, NULL, NULL)",
                "('xy', '', NULL, NULL, NULL)",
                "('', 'xy', NULL, NULL, NULL)",
                "('xy', NULL, NULL, NULL, NULL)",
                "(NULL, 'xy', NULL, NULL, NULL)",
                "(NULL, NULL, '\"xy\"', NULL, NULL)",
                "('', NULL, '\"xy\"', NULL, NULL)",
                "(NULL, '', '\"xy\"', NULL, NULL)",
                "(NULL, NULL, 'null', NULL, NULL)",
                "(NULL, NULL, NULL, '{}', NULL)",
                "(NULL, NULL, NULL, NULL, '')",
                "(NULL, NULL, NULL, NULL, NULL)",
                "(E'x\\x01', 'y', NULL, NULL, NULL)",
                "('x', E'\\x01y', NULL, NULL, NULL)",
                "(E'x\\x011:y', NULL, NULL, NULL, NULL)");
        Set<String> hashes = new HashSet<>();
        for (String row : rows) {
            database.with("TRUNCATE pair; INSERT INTO pair VALUES " + row);
            assertThat(hashes.add(of("pair", format))).as(row).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isTheSameInAnotherOrderOfRowsAndColumns(FingerprintFormat format) {
        database.with("DROP TABLE IF EXISTS one, other")
                .with("CREATE TABLE one AS SELECT i AS a, 'text ' || i AS b, now() AS c, NULL::xml AS d"
                        + " FROM generate_series(1, 100) i")
                .with("CREATE TABLE other AS SELECT d, c, b, a FROM one ORDER BY a DESC");

        assertThat(of("one", format)).isEqualTo(of("other", format)).startsWith(format.prefix());

        database.with("UPDATE other SET b = b || ' ' WHERE a = 50");
        assertThat(of("one", format)).isNotEqualTo(of("other", format));
    }

    @ParameterizedTest
    @EnumSource
    void readsTablesOfNoColumnAndOfVeryMany(FingerprintFormat format) {
        database.with("DROP TABLE IF EXISTS none, wide")
                .with("CREATE TABLE none (); INSERT INTO none DEFAULT VALUES")
                .with("CREATE TABLE wide ("
                        + IntStream.range(0, 500)
                                .mapToObj(i -> "c" + i + " text")
                                .collect(Collectors.joining(", "))
                        + "); INSERT INTO wide (c499) VALUES ('last')");
        String before = of("wide", format);

        database.with("UPDATE wide SET c499 = 'lost'");

        assertThat(of("wide", format)).isNotEqualTo(before);
        assertThat(of("none", format)).isNotEqualTo(format.empty());
        database.with("DELETE FROM none");
        assertThat(of("none", format)).isEqualTo(format.empty());
    }

    /** The values were computed by hand in psql, from what the decisions 0005 and 0008 say. */
    @Test
    void areThoseThatOlderBackupsHold() {
        database.with("DROP TABLE IF EXISTS kept")
                .with("CREATE TABLE kept (a int, b text, c jsonb, d timestamptz)")
                .with("INSERT INTO kept VALUES (1, 'x', '{\"k\": [1, null]}', '2026-11-27 03:00:00+00'),"
                        + " (2, NULL, NULL, NULL), (3, '', '\"y\"', 'infinity')");

        assertThat(of("kept", FingerprintFormat.M1)).isEqualTo("m1:-6801599418207876458:-2826190221184732940");
        assertThat(of("kept", FingerprintFormat.M2)).isEqualTo("m2:-3829309327285327673:2765368804068777957");
        sql.run("BEGIN");
        try {
            sql.number("SELECT lo_from_bytea(77, 'hello')");
            assertThat(TakeFingerprints.ofLargeObjects(sql, FingerprintFormat.M2))
                    .isEqualTo("m2:8632944005142347913:4026488333827174523");
        } finally {
            sql.run("ROLLBACK");
        }
    }

    @Test
    void hasASecondHashOfWhatIsStoredWhereColumnsAreGenerated() {
        database.with("DROP TABLE IF EXISTS computed, whole, stored, nothing")
                .with("CREATE TABLE computed (b text, \"a+\" int GENERATED ALWAYS AS (length(b)) STORED, c int)")
                .with("INSERT INTO computed (b, c) VALUES ('x', 1), (NULL, 2), ('yy', NULL)")
                .with("CREATE TABLE whole AS SELECT * FROM computed; CREATE TABLE stored AS SELECT b, c FROM computed")
                .with("CREATE TABLE nothing (a int GENERATED ALWAYS AS (1) STORED)");

        assertThat(of("computed", FingerprintFormat.M2))
                .isEqualTo(of("whole", FingerprintFormat.M2) + "+"
                        + of("stored", FingerprintFormat.M2).replace("m2:", ""));
        assertThat(of("computed", FingerprintFormat.M1)).isEqualTo(of("whole", FingerprintFormat.M1));
        assertThat(of("nothing", FingerprintFormat.M2)).isEqualTo("m2:0:0+0:0");
    }

    @ParameterizedTest
    @EnumSource
    void isTheSameWhereAnIndexUsesAFunctionThatReliesOnTheSearchPath(FingerprintFormat format) {
        // What would be taken for a built-in if the search path decided, for it fits better.
        String hostile = "CREATE FUNCTION octet_length(varchar) RETURNS int LANGUAGE sql AS 'SELECT 1 / 0';"
                + " CREATE FUNCTION concat(int, text, varchar, text, text, text) RETURNS text LANGUAGE sql AS 'SELECT 1::text'";
        database.with("DROP TABLE IF EXISTS plain, relying; DROP FUNCTION IF EXISTS wrapped, inner_one,"
                        + " octet_length(varchar), concat(int, text, varchar, text, text, text); " + hostile)
                .with(
                        "CREATE FUNCTION inner_one(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';"
                                + " CREATE FUNCTION wrapped(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT inner_one($1)'")
                .with("CREATE TABLE plain AS SELECT 'x' || i AS a, 'y'::varchar AS b, 'public.wrapped'::regproc AS f"
                        + " FROM generate_series(1, 3) i; CREATE TABLE relying AS TABLE plain")
                .with(
                        "CREATE INDEX ON relying (wrapped(a)); CREATE STATISTICS s_relying ON wrapped(b), a FROM relying");

        assertThat(of("relying", format)).isEqualTo(of("plain", format));
        assertThat(sql.text("SHOW search_path")).isEqualTo("pg_catalog");
        Relation table = new Relation(0, "public", "relying", Relation.Kind.TABLE, null);
        assertThat(TakeFingerprints.ofOne(sql, table, ProofLevel.COUNTS, format, true))
                .isEqualTo(new Fingerprint(3L, null));

        database.with("CREATE SCHEMA IF NOT EXISTS elsewhere; DROP FUNCTION IF EXISTS elsewhere.inner_one;"
                + " ALTER FUNCTION inner_one SET SCHEMA elsewhere");
        assertThatThrownBy(() -> of("relying", format))
                .hasMessageContaining("public.relying cannot be read")
                .hasFieldOrPropertyWithValue(
                        "hint",
                        "Give the functions in its indexes their own search path:"
                                + " ALTER FUNCTION … SET search_path = …");
        database.with("DROP TABLE relying");
    }

    @Test
    void namesTheColumnsThatAreGenerated() {
        database.with("DROP TABLE IF EXISTS named")
                .with("CREATE TABLE named (a int, \"B b\" int GENERATED ALWAYS AS (a) STORED,"
                        + " gone int GENERATED ALWAYS AS (a) STORED, c int GENERATED ALWAYS AS (a) STORED)")
                .with("ALTER TABLE named DROP gone");

        assertThat(GeneratedColumns.recomputed(sql, new Relation(0, "public", "named", Relation.Kind.TABLE, null)))
                .isEqualTo("public.named: of the generated columns B b, c, which were computed anew, one or more differ"
                        + " (an expression gives another value today); all other columns are the same");
    }

    @Test
    void leavesNoSavepointBehindHoweverManyLargeObjectsThereAre() {
        sql.run("BEGIN");
        try {
            sql.number("SELECT count(lo_create(0)) FROM generate_series(1, 501)");

            assertThat(TakeFingerprints.ofLargeObjects(sql, FingerprintFormat.newest()))
                    .isNotEqualTo(FingerprintFormat.newest().empty());

            assertThatThrownBy(() -> sql.run("RELEASE SAVEPOINT large_objects")).hasMessageContaining("does not exist");
        } finally {
            sql.run("ROLLBACK");
        }
    }
}
