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
