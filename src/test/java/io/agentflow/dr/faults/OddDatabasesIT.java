package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 13 to 20, 24 and 25 of the fault table: what a database may hold, and come back with. */
class OddDatabasesIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess af(ADatabase database) {
        return new AfProcess(folder).on(database);
    }

    private JsonNode ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result.json();
    }

    /** Backs up, restores in place, and finds the same dump; returns the restore's document. */
    private JsonNode comesBack(ADatabase database) {
        String before = database.dump();
        ok(af(database).run("backup", "create", "--json"));
        JsonNode restored = ok(af(database).run("backup", "restore", "latest", "--yes", "--json"));
        assertThat(database.dump()).isEqualTo(before);
        assertThat(restored.path("proof").path("different")).isEmpty();
        ok(af(database).run("backup", "restore", "--drop-old", "--yes", "--json"));
        return restored;
    }

    private void nothingWasWritten() {
        try (Stream<Path> backups = Files.list(folder.resolve("backups"))) {
            assertThat(backups.filter(b -> !b.endsWith(".lock"))).isEmpty();
        } catch (IOException e) {
            assertThat(folder.resolve("backups")).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " it's \"quoted\" %percent*star? back\\slash UPPER = sign ",
                "-leading dash",
                "dbname=x host=y",
                "ééééééééééééééééééééééééééé日本"
            })
    void row13_aDatabaseOfAnyName(String name) {
        ADatabase database = postgres.database(name)
                .with("CREATE SCHEMA \"" + name.replace("\"", "\"\"") + "\"; CREATE TABLE \""
                        + name.replace("\"", "\"\"")
                        + "\".\"-t=%*\" (\"a b\" int, \"r\" text); INSERT INTO \"" + name.replace("\"", "\"\"")
                        + "\".\"-t=%*\" VALUES (1, 'x')");

        assertThat(comesBack(database).path("database").asText()).isEqualTo(name);
    }

    @Test
    void row13_aTableWhoseNameHoldsANewLine() {
        ADatabase database = postgres.database("newline")
                .with("CREATE TABLE \"a\npg_dump: finished item 1 TABLE DATA b\" (i int);"
                        + " INSERT INTO \"a\npg_dump: finished item 1 TABLE DATA b\" VALUES (1)");

        comesBack(database);
    }

    @Test
    void row14_largeObjectsWithOwnerAndPrivileges() {
        ADatabase database = postgres.database("large_objects")
                .with("DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lo_reader') THEN"
                        + " CREATE ROLE lo_reader; END IF; END$$;"
                        + " SELECT lo_from_bytea(7001, convert_to(repeat('large ', 600000), 'UTF8'));"
                        + " SELECT lo_from_bytea(7002, ''); SELECT lo_create(7003);"
                        + " GRANT SELECT ON LARGE OBJECT 7001 TO lo_reader; COMMENT ON LARGE OBJECT 7002 IS 'empty'")
                .with("BEGIN; SELECT lo_put(7003, 5000000, 'end'); COMMIT");

        JsonNode restored = comesBack(database);

        assertThat(restored.path("status").asText()).isEqualTo("ok");
        assertThat(database.number("SELECT length(lo_get(7001))")).isEqualTo(3_600_000);
        assertThat(database.number("SELECT length(lo_get(7003))")).isEqualTo(5_000_003);
    }

    @Test
    void row15_anEmptyDatabaseAndOneOfExtensionsOnly() {
        comesBack(postgres.database("empty"));
        comesBack(postgres.database("extensions_only").with("CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore"));
    }

    @Test
    void row11_anExtensionOfAnotherVersionThanTheOneThatARestoreMakesDoesNotSpoilTheProof() {
        ADatabase database = postgres.database("older_extension")
                .with("CREATE EXTENSION pg_stat_statements VERSION '1.8'; CREATE TABLE t AS SELECT 1 AS a");
        ok(af(database).run("backup", "create", "--json"));

        AfProcess.Result restored = af(database).run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        assertThat(restored.json().path("warnings")).hasSize(1);
        assertThat(restored.json().path("warnings").toString())
                .contains("extension pg_stat_statements is at ", "was at 1.8");
    }

    @Test
    void row15_aDatabaseWithoutTheSchemaPublic() {
        comesBack(postgres.database("no_public")
                .with("DROP SCHEMA public; CREATE SCHEMA own; CREATE TABLE own.t (i int)"));
    }

    @Test
    void row15_aDatabaseThatAllowsNoConnectionsIsRefused() {
        ADatabase database = postgres.database("closed");
        postgres.maintain("ALTER DATABASE closed ALLOW_CONNECTIONS false");

        AfProcess.Result refused = af(database).run("backup", "create", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("hint").asText()).contains("ALLOW_CONNECTIONS");
        nothingWasWritten();
        postgres.maintain("ALTER DATABASE closed ALLOW_CONNECTIONS true");
    }

    @Test
    void row15_aDatabaseThatDoesNotExistIsNotFound() {
        AfProcess.Result missing = new AfProcess(folder)
                .with("AF_DATABASE_URL", postgres.uri("no_such_database"))
                .run("backup", "create", "--json");

        assertThat(missing.exitCode()).as(missing.toString()).isEqualTo(6);
        assertThat(missing.json().path("error").path("message").asText()).contains("no_such_database");
        nothingWasWritten();
    }

    @Test
    void row16_partitionsAndInheritance() {
        comesBack(postgres.database("partitioned")
                .with("CREATE TABLE p (k int, v text) PARTITION BY RANGE (k);"
                        + " CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
                        + " CREATE TABLE p_default PARTITION OF p DEFAULT;"
                        + " CREATE TABLE late (k int, v text); ALTER TABLE p ATTACH PARTITION late FOR VALUES FROM (10) TO (20);"
                        + " INSERT INTO p SELECT i, 'v' || i FROM generate_series(0, 29) i;"
                        + " CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent);"
                        + " INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3)"));
    }

    @Test
    void row16_partitionsByTheHashOfAnEnumComeBackWithTheirRowsInOthers() {
        ADatabase database = postgres.database("hashed")
                .with(
                        "DO $$BEGIN EXECUTE (SELECT format('CREATE TYPE e AS ENUM (%s)', string_agg(quote_literal(i), ','))"
                                + " FROM generate_series(1, 40) i); END$$")
                .with(
                        "CREATE TABLE p (k e, i int, j int GENERATED ALWAYS AS (i * 2) STORED) PARTITION BY HASH (k);"
                                + " CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
                                + " CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1) PARTITION BY RANGE (i);"
                                + " CREATE TABLE p1_low PARTITION OF p1 FOR VALUES FROM (0) TO (20);"
                                + " CREATE TABLE p1_high PARTITION OF p1 FOR VALUES FROM (20) TO (99);"
                                + " INSERT INTO p (k, i) SELECT i::text::e, j FROM generate_series(1, 40) i, generate_series(1, i) j");
        String partitions = "SELECT tableoid::regclass || ' ' || count(*) FROM public.p GROUP BY tableoid ORDER BY 1";
        List<String> before = database.texts(partitions);
        for (String proof : List.of("full", "counts")) {
            ok(af(database).run("backup", "create", "--proof", proof, "--json"));

            AfProcess.Result restored = af(database).run("backup", "restore", "latest", "--yes", "--json");

            assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
            assertThat(restored.json().path("warnings").path(0).asText())
                    .startsWith("the rows of public.p are all there, but in other partitions by hash than before");
            assertThat(restored.json().path("proof").path("identical").asInt()).isEqualTo(3);
        }
        assertThat(database.texts(partitions)).isNotEqualTo(before);
        assertThat(database.number("SELECT count(*) FROM public.p WHERE j = i * 2"))
                .isEqualTo(820);

        // A view that writes when it is filled: what the load leaves is not what the backup holds.
        database.with("CREATE FUNCTION touch() RETURNS bigint LANGUAGE sql AS"
                        + " 'UPDATE public.p SET i = 41 WHERE k = ''1''; SELECT count(*) FROM public.p'")
                .with("CREATE MATERIALIZED VIEW touched AS SELECT touch()")
                .with("UPDATE public.p SET i = 1 WHERE k = '1'");
        ok(af(database).run("backup", "create", "--json"));
        AfProcess.Result refused = af(database).run("backup", "restore", "latest", "--yes", "--json");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(9);
        assertThat(refused.json().path("error").path("message").asText()).contains("public.p");
    }

    @Test
    void row16_foreignKeysAndTriggersOfPartitionsThatPointToTheirOwnTable() {
        comesBack(postgres.database("partitioned_keys")
                .with("CREATE TABLE q (k int PRIMARY KEY, up int REFERENCES q) PARTITION BY RANGE (k);"
                        + " CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (9);"
                        + " CREATE TABLE q2 PARTITION OF q FOR VALUES FROM (9) TO (19);"
                        + " CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                        + " CREATE TRIGGER tr AFTER INSERT ON q FOR EACH ROW EXECUTE FUNCTION f();"
                        + " INSERT INTO q VALUES (1, 1), (10, 1)"));
    }

    @Test
    void row17_materialisedViewsFilledAndNotThatDependOnEachOther() {
        ADatabase database = postgres.database("matviews")
                .with("CREATE TABLE t AS SELECT generate_series(1, 10) AS i;"
                        + " CREATE MATERIALIZED VIEW z_first AS SELECT count(*) AS n FROM t;"
                        + " CREATE MATERIALIZED VIEW a_second AS SELECT n + 1 AS n FROM z_first;"
                        + " CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM a_second WITH NO DATA");

        comesBack(database);

        assertThat(database.number("SELECT n FROM public.a_second")).isEqualTo(11);
        assertThat(database.texts("SELECT relname FROM pg_class WHERE relkind = 'm' AND NOT relispopulated"))
                .containsExactly("unfilled");
    }

    @Test
    void row18_theNextInsertAfterARestoreDoesNotCollide() {
        ADatabase database = postgres.database("sequences")
                .with("CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial UNIQUE, x int,"
                        + " doubled int GENERATED ALWAYS AS (x * 2) STORED);"
                        + " INSERT INTO t (x) SELECT generate_series(1, 50); CREATE SEQUENCE down INCREMENT -1;"
                        + " SELECT nextval('down'), nextval('down')");

        comesBack(database);
        database.with("INSERT INTO t (x) VALUES (99)");

        assertThat(database.number("SELECT max(id) FROM public.t")).isEqualTo(51);
        assertThat(database.number("SELECT max(doubled) FROM public.t")).isEqualTo(198);
        assertThat(database.number("SELECT nextval('public.down')")).isEqualTo(-3);
    }

    @Test
    void row18_aGeneratedColumnThatIsComputedAnewToAnotherValueIsSaidAndNothingElseMayDiffer() {
        ADatabase database = postgres.database("recomputed")
                .with("CREATE FUNCTION weight(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT length($1)';"
                        + " CREATE TABLE docs (id int PRIMARY KEY, body text,"
                        + " weight int GENERATED ALWAYS AS (weight(body)) STORED);"
                        + " INSERT INTO docs (id, body) VALUES (1, 'one'), (2, 'two'), (3, 'three');"
                        + " CREATE OR REPLACE FUNCTION weight(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT -1'");
        ok(af(database).run("backup", "create", "--json"));

        AfProcess.Result restored = af(database).run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        assertThat(restored.json().path("warnings")).hasSize(1);
        assertThat(restored.json().path("warnings").path(0).asText())
                .startsWith("public.docs: the generated column weight was computed anew and differs");
        assertThat(restored.json().path("proof").path("different")).isEmpty();
        assertThat(restored.json().path("proof").path("identical").asInt()).isEqualTo(1);
        assertThat(database.texts("SELECT body || weight FROM public.docs ORDER BY id"))
                .containsExactly("one-1", "two-1", "three-1");

        // A view that writes when it is filled: what the load leaves is not what the backup holds.
        database.with("CREATE FUNCTION touch() RETURNS int LANGUAGE sql AS"
                        + " 'UPDATE public.docs SET body = body || ''!'' WHERE id = 1; SELECT 1'")
                .with("CREATE MATERIALIZED VIEW touched AS SELECT touch() AS one")
                .with("CREATE OR REPLACE FUNCTION weight(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT -2'");
        ok(af(database).run("backup", "create", "--json"));
        AfProcess.Result refused = af(database).run("backup", "restore", "latest", "--yes", "--json");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(9);
        assertThat(refused.json().path("error").path("message").asText())
                .contains("public.docs has other content than before in 3 rows");
    }

    @Test
    void row19_aRoleThatRowSecurityFiltersIsRefused() {
        ADatabase database = postgres.database("row_security")
                .with("DROP ROLE IF EXISTS filtered; CREATE ROLE filtered LOGIN PASSWORD '"
                        + LocalPostgres.PASSWORD.replace("'", "''")
                        + "'; CREATE TABLE secret (owner text); INSERT INTO secret VALUES ('filtered'), ('other');"
                        + " ALTER TABLE secret ENABLE ROW LEVEL SECURITY; GRANT SELECT ON secret TO filtered;"
                        + " CREATE POLICY own ON secret USING (owner = current_user)");

        AfProcess.Result refused = new AfProcess(folder)
                .with("AF_DATABASE_URL", postgres.uri("row_security", "filtered"))
                .run("backup", "create", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText()).contains("secret");
        assertThat(refused.json().path("error").path("hint").asText()).contains("BYPASSRLS");
        nothingWasWritten();
        comesBack(database.with("ALTER TABLE secret FORCE ROW LEVEL SECURITY"));
    }

    @Test
    void row20_aForeignTableWhoseServerDoesNotAnswer() {
        ADatabase database = postgres.database("foreign_tables")
                .with(
                        "CREATE EXTENSION postgres_fdw; CREATE SERVER gone FOREIGN DATA WRAPPER postgres_fdw"
                                + " OPTIONS (host '127.0.0.1', port '1'); CREATE USER MAPPING FOR PUBLIC SERVER gone;"
                                + " CREATE FOREIGN TABLE far (i int) SERVER gone; CREATE TABLE near (i int); INSERT INTO near VALUES (1)");

        comesBack(database);

        JsonNode shown = ok(af(database).run("backup", "show", "latest", "--json"));
        assertThat(shown.path("manifest").path("excluded").path(0).path("name").asText())
                .isEqualTo("far");
    }

    @Test
    void row24_constraintsThatAreNotValidCircularDeferrableOrPointToThemselves() {
        comesBack(postgres.database("constraints")
                .with("CREATE TABLE a (id int PRIMARY KEY, b int, parent int REFERENCES a);"
                        + " CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);"
                        + " INSERT INTO a VALUES (1, 1, NULL), (2, 99, 1); INSERT INTO b VALUES (1, 1), (2, 2);"
                        + " ALTER TABLE a ADD CONSTRAINT circle FOREIGN KEY (b) REFERENCES b NOT VALID;"
                        + " ALTER TABLE a ADD CONSTRAINT small CHECK (b < 50) NOT VALID"));
    }

    @Test
    void row24_aForeignKeyThatIsValidatedInMidDumpIsNoDifference() {
        ADatabase database = postgres.database("validated")
                .with("CREATE TABLE a (id int PRIMARY KEY, up int); INSERT INTO a VALUES (1, 1);"
                        + " ALTER TABLE a ADD CONSTRAINT late FOREIGN KEY (up) REFERENCES a NOT VALID");
        AfProcess.Running dump = HeldRoutes.in(folder)
                .before("backup/backup-attempt", "dump")
                .of(af(database))
                .start("backup", "create", "--json");
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        database.number("SELECT count(*) FROM pg_locks WHERE relation = 'public.a'::regclass") > 0);
        database.with("ALTER TABLE a VALIDATE CONSTRAINT late");
        ok(dump.await());
        assertThat(af(database)
                        .run("backup", "show", "latest", "--json")
                        .json()
                        .findPath("foreign keys not validated")
                        .asInt())
                .isEqualTo(1);

        ok(af(database).run("backup", "restore", "latest", "--yes", "--json"));
    }

    @Test
    void row25_unloggedAndTemporaryTables() {
        ADatabase database = postgres.database("unlogged")
                .with(
                        "CREATE UNLOGGED TABLE u AS SELECT generate_series(1, 5) AS i; CREATE TEMPORARY TABLE gone (i int)");
        try (Sql other = Connections.open(database.url(), "test")) {
            other.run("CREATE TEMPORARY TABLE gone (i int); CREATE POLICY p ON gone;"
                    + " CREATE FUNCTION pg_temp.up(text) RETURNS text LANGUAGE internal STRICT AS 'upper'");
            ok(af(database).run("backup", "create", "--json"));
        }

        JsonNode restored = ok(af(database).run("backup", "restore", "latest", "--yes", "--json"));

        assertThat(restored.path("proof").path("tables").asInt()).isEqualTo(1);
        assertThat(database.number("SELECT count(*) FROM public.u")).isEqualTo(5);
    }

    @Test
    void row25_aTableThatBelongsToAnExtensionIsLeftOutAndSaid() {
        ADatabase database = postgres.database("extension_table")
                .with("CREATE EXTENSION hstore")
                // In a transaction of its own: rows of the extension's are those of its own script.
                .with(
                        "CREATE TABLE precious AS SELECT generate_series(1, 5) AS i; CREATE TABLE empty (i int"
                                + " GENERATED ALWAYS AS IDENTITY PRIMARY KEY CHECK (i > 0) REFERENCES empty);"
                                + " CREATE TRIGGER same BEFORE UPDATE ON empty FOR EACH ROW EXECUTE FUNCTION"
                                + " suppress_redundant_updates_trigger(); CREATE RULE none AS ON DELETE TO empty DO INSTEAD NOTHING")
                .with("ALTER EXTENSION hstore ADD TABLE precious; ALTER EXTENSION hstore ADD TABLE empty");

        AfProcess.Result made = af(database).run("backup", "create", "--json");

        assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
        assertThat(made.json().path("warnings")).hasSize(1);
        assertThat(made.json().path("warnings").toString()).contains("public.precious", "extension hstore");
        JsonNode excluded =
                af(database).run("backup", "show", "latest", "--json").json().findPath("excluded");
        assertThat(excluded.findValuesAsText("name")).containsExactly("empty", "precious");

        AfProcess.Result restored = af(database).run("backup", "restore", "latest", "--yes", "--json");
        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        assertThat(restored.json().path("warnings").toString())
                .contains("0 indexes of extensions, were 1", "0 triggers of extensions, were 1");
    }

    @Test
    void row13_sequencesWhoseNamesDifferOnlyByWhereTheDotIs() {
        comesBack(postgres.database("dots")
                .with("CREATE SCHEMA \"a.b\"; CREATE SCHEMA a; CREATE SEQUENCE \"a.b\".c; CREATE SEQUENCE a.\"b.c\"")
                .with("SELECT nextval('a.\"b.c\"')"));
    }

    @Test
    void row18_aSequenceThatBeginsAgain() {
        comesBack(postgres.database("cycle")
                .with("CREATE SEQUENCE c MAXVALUE 3 CYCLE")
                .with("SELECT nextval('c') FROM generate_series(1, 4)"));
    }

    @Test
    void row21_eventTriggersAndTriggersThatAreDisabledOrAlwaysFire() {
        comesBack(
                postgres.database("triggers")
                        .with("CREATE TABLE t (a int, b int DEFAULT 0)")
                        .with(
                                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.b := NEW.b + 1; RETURN NEW; END'")
                        .with("CREATE TRIGGER always BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
                                + " ALTER TABLE t ENABLE ALWAYS TRIGGER always;"
                                + " CREATE TRIGGER off BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
                                + " ALTER TABLE t DISABLE TRIGGER off;"
                                + " CREATE TRIGGER replica BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
                                + " ALTER TABLE t ENABLE REPLICA TRIGGER replica; INSERT INTO t VALUES (1)")
                        .with(
                                "CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS"
                                        + " 'BEGIN RAISE EXCEPTION ''no DDL here''; END';"
                                        + " CREATE EVENT TRIGGER no_ddl ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION no()"));
    }

    @Test
    void row22_functionsThatNameWhatTheyUseOrBringTheirSearchPath() {
        comesBack(
                postgres.database("paths")
                        .with(
                                "CREATE SCHEMA app; SET search_path = app; CREATE TABLE limits (most int); INSERT INTO limits VALUES (9);"
                                        + " CREATE FUNCTION most() RETURNS int LANGUAGE sql STABLE AS 'SELECT most FROM app.limits';"
                                        + " CREATE FUNCTION lowered(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';"
                                        + " CREATE FUNCTION twice(text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = app"
                                        + " AS 'SELECT lowered($1) || lowered($1)';"
                                        + " CREATE TABLE t (a int CHECK (a > 0), b text CHECK (twice(b) <> '')); INSERT INTO t VALUES (1, 'X');"
                                        + " CREATE INDEX ON t (lowered(b)); CREATE UNIQUE INDEX ON t (twice(b));"
                                        + " CREATE VIEW v AS SELECT * FROM t WHERE a < most(); CREATE MATERIALIZED VIEW m AS SELECT * FROM v"));
    }

    @Test
    void row22_indexesWhoseFunctionsRelyOnTheSearchPathOfTheDatabase() {
        ADatabase database = postgres.database("relying")
                .with("CREATE SCHEMA app; ALTER DATABASE relying SET search_path = app, public")
                .with(
                        "CREATE EXTENSION unaccent SCHEMA app;"
                                + " CREATE FUNCTION plain(text) RETURNS text IMMUTABLE LANGUAGE sql AS"
                                + " 'SELECT unaccent(''unaccent'', $1)';"
                                + " CREATE FUNCTION body(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS"
                                + " 'BEGIN RETURN unaccent(''unaccent'', $1); END';"
                                + " CREATE TABLE t AS SELECT 'é' || i AS a, 'app.plain'::regproc AS f FROM generate_series(1, 9) i;"
                                + " CREATE TABLE p (a text) PARTITION BY HASH (a);"
                                + " CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0); INSERT INTO p VALUES ('ß')")
                .with("CREATE INDEX one ON t (plain(a)); CREATE INDEX two ON t (f) WHERE body(a) <> ';\n-- x';"
                        + " COMMENT ON INDEX one IS 'it''s one'; CREATE INDEX three ON p (body(a))");

        JsonNode restored = comesBack(database);

        assertThat(restored.path("status").asText()).isEqualTo("ok");

        // Where the path is that of a role alone, nobody else can create them.
        database.with("DROP INDEX one; ALTER DATABASE relying SET search_path = public");
        ok(af(database).run("backup", "create", "--json"));
        AfProcess.Result warned = af(database).run("backup", "restore", "latest", "--yes");
        assertThat(warned.exitCode()).as(warned.toString()).isEqualTo(3);
        assertThat(warned.toString())
                .contains("an index was not created", "function unaccent(unknown, text) does not exist")
                .contains("then: CREATE INDEX two ON app.t USING btree (f) WHERE (app.body(a) <> ")
                .contains("after that: ALTER INDEX app.three ATTACH PARTITION app.p0_body_idx;")
                .contains("2 of 2 tables identical", "1 of 3 indexes");
        assertThat(database.number("SELECT count(*) FROM app.t")).isEqualTo(9);

        // A unique one guards rows: it is not left out.
        database.with("ALTER DATABASE relying SET search_path = app, public")
                .with("DROP INDEX three; CREATE UNIQUE INDEX four ON t (body(a))");
        ok(af(database).run("backup", "create", "--json"));
        AfProcess.Result refused = af(database).run("backup", "restore", "latest", "--yes", "--json");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(1);
        assertThat(refused.json().path("error").path("message").asText()).contains("CREATE UNIQUE INDEX four");
        assertThat(refused.json().path("error").path("hint").asText()).contains("ALTER FUNCTION");
    }

    @Test
    void row26_publicationsStatisticsCommentsAndDefaultPrivileges() {
        comesBack(postgres.database("attached")
                .with("CREATE TABLE t (a int PRIMARY KEY, b int); COMMENT ON COLUMN t.b IS 'it''s b';"
                        + " CREATE STATISTICS st (dependencies) ON a, b FROM t; CREATE PUBLICATION p FOR TABLE t;"
                        + " ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor"));
    }

    @Test
    void row27_jsonWithOddCharactersByteaAndLargeValues() {
        comesBack(postgres.database("values")
                .with("CREATE TABLE t (j json, b jsonb, y bytea, n numeric, f float8, s text)")
                .with(
                        "INSERT INTO t VALUES ('{\"a\":\"\\u0000\\ud83d\\ude00\",\"a\":1}', '{\"z\":1e400,\"\u00e4\":\"\\\\\"}',"
                                + " decode('00ff5c0a27', 'hex'), 'NaN', '-0', E'\\\\.\\n\\t\\r\\\\N'),"
                                + " (NULL, NULL, '', 1e-300, 'Infinity', '')")
                .with("INSERT INTO t (s) SELECT repeat('0123456789', 10000000)"));
    }

    @Test
    void anIndexThatIsInvalidIsSaidAndDoesNotSpoilTheRestore() {
        ADatabase database = postgres.database("invalid_index")
                .with("CREATE TABLE t (a int); CREATE INDEX broken ON t (a)")
                .with("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.broken'::regclass");

        AfProcess.Result made = af(database).run("backup", "create", "--json");

        assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
        assertThat(made.json().path("warnings").toString()).contains("broken", "REINDEX");
        ok(af(database).run("backup", "restore", "latest", "--yes", "--json"));
    }

    @Test
    void whatHasNoFingerprintsIsNotCalledProven() {
        ADatabase database = postgres.database("unproven").with("CREATE TABLE t AS SELECT 1 AS a");
        ok(af(database).run("backup", "create", "--proof", "none", "--json"));

        AfProcess.Result restored = af(database).run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        assertThat(restored.json().path("warnings").toString()).contains("not compared");
        assertThat(af(database).run("backup", "list").out())
                .contains("restored, not compared")
                .doesNotContain("restored, equal");
    }

    @Test
    void row20_aMaterialisedViewOverAForeignServerThatIsAwayIsLeftUnfilled() {
        ADatabase database = postgres.database("far_view")
                .with(
                        "CREATE EXTENSION postgres_fdw; CREATE TABLE near AS SELECT 1 AS i; CREATE SERVER self FOREIGN DATA"
                                + " WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '" + postgres.port()
                                + "', dbname 'far_view'); CREATE USER MAPPING FOR PUBLIC SERVER self OPTIONS (user 'postgres',"
                                + " password '" + LocalPostgres.PASSWORD.replace("'", "''") + "')")
                .with("CREATE FOREIGN TABLE far (i int) SERVER self OPTIONS (schema_name 'public', table_name 'near')")
                .with("CREATE MATERIALIZED VIEW v AS SELECT * FROM far; CREATE INDEX ON v (i);"
                        + " CREATE SCHEMA \"of v\"; CREATE MATERIALIZED VIEW \"of v\".\"a b\" AS SELECT * FROM v;"
                        + " CREATE MATERIALIZED VIEW filled AS SELECT * FROM near")
                .with("ALTER SERVER self OPTIONS (SET port '1')");
        ok(af(database).with("PG_COLOR", "always").run("backup", "create", "--json"));

        AfProcess.Result restored =
                af(database).with("PG_COLOR", "always").run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        List<String> warnings = new ArrayList<>();
        restored.json().path("warnings").forEach(warning -> warnings.add(warning.asText()));
        assertThat(warnings)
                .hasSize(2)
                .anySatisfy(
                        w -> assertThat(w).contains("could not connect", "REFRESH MATERIALIZED VIEW \"public\".\"v\";"))
                .anySatisfy(w -> assertThat(w).contains("REFRESH MATERIALIZED VIEW \"of v\".\"a b\";"));
        assertThat(database.texts("SELECT matviewname FROM pg_matviews WHERE NOT ispopulated ORDER BY 1"))
                .containsExactly("a b", "v");
    }
}
