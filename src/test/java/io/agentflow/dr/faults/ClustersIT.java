package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.PostgresCopy;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows 25 and 33 of the fault table, where the cluster itself is not like the others. */
class ClustersIT {
    private static final String EXTENSION = """
            CREATE TABLE app_setting (key text PRIMARY KEY, value text, shipped boolean DEFAULT false);
            CREATE TABLE app_internal (i int);
            INSERT INTO app_setting VALUES ('version', '1.0', true), ('colour', 'grey', true);
            INSERT INTO app_internal VALUES (1);
            SELECT pg_catalog.pg_extension_config_dump('app_setting', 'WHERE NOT shipped');
            """;

    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    @Test
    void row25_configurationTablesOfAnExtensionKeepTheUsersRowsAndAClusterWithoutItIsRefused() throws IOException {
        Path prefix = Files.createTempDirectory(
                Path.of("/tmp"),
                "af-pg-copy-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.setPosixFilePermissions(prefix, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (LocalPostgres cluster =
                PostgresCopy.in(prefix).with("af_app", EXTENSION).start()) {
            ADatabase database = cluster.database("configured")
                    .with("CREATE EXTENSION af_app; INSERT INTO app_setting VALUES ('mine', 'blue', false)");
            String before = database.dump();
            AfProcess af = new AfProcess(folder).on(database);
            ok(af.run("backup", "create"));
            database.with("DELETE FROM app_setting");

            AfProcess.Result restored = ok(af.run("backup", "restore", "latest", "--yes", "--json"));
            AfProcess.Result elsewhere = af.run(
                    "backup", "restore", "latest", "--target-database-url=" + postgres.uri("configured"), "--json");

            assertThat(restored.json().path("proof").path("identical").asInt()).isEqualTo(1);
            assertThat(database.dump()).isEqualTo(before);
            assertThat(database.texts("SELECT key FROM public.app_setting ORDER BY key"))
                    .containsExactly("colour", "mine", "version");
            assertThat(elsewhere.exitCode()).as(elsewhere.toString()).isEqualTo(4);
            assertThat(elsewhere.json().path("error").path("message").asText()).contains("af_app");
            assertThat(postgres.databases())
                    .filteredOn(name -> name.startsWith("configured"))
                    .isEmpty();
        } finally {
            AfProcess.output(java.util.List.of("rm", "-rf", prefix.toString()), java.util.Map.of());
        }
    }

    @Test
    void row33_aStandbyIsRefusedAndAClusterThatIsReadOnlyByDefaultIsWrittenTo() throws IOException {
        ADatabase database = postgres.database("wanted").with("CREATE TABLE t AS SELECT generate_series(1, 9) AS i");
        ok(new AfProcess(folder).on(database).run("backup", "create"));

        try (LocalPostgres other = LocalPostgres.start("default_transaction_read_only = on")) {
            AfProcess there = new AfProcess(folder).with("AF_TARGET_DATABASE_URL", other.uri("wanted"));
            ok(there.run("backup", "restore", "latest"));
            assertThat(other.dump("wanted")).isEqualTo(database.dump());

            other.stopServer();
            Files.createFile(other.folder().resolve("data/standby.signal"));
            other.startServer();
            AfProcess.Result refused = there.run("backup", "restore", "latest", "--yes", "--json");

            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
            assertThat(refused.json().path("error").path("message").asText()).contains("standby");
            assertThat(other.databases()).containsExactly("postgres", "template0", "template1", "wanted");
        }
    }

    @Test
    void row33_theZooGoesIntoAnotherDatabaseAndTheGlobalsStayAsTheyAre() {
        ADatabase zoo = postgres.database("zoo_source").script(Project.file("src/test/resources/sample/zoo.sql"));
        String globals = postgres.globals();
        AfProcess af = new AfProcess(folder).on(zoo);
        ok(af.run("backup", "create"));

        AfProcess.Result restored = ok(
                af.run("backup", "restore", "latest", "--target-database-url=" + postgres.uri("zoo_copy"), "--json"));

        assertThat(restored.json().path("proof").path("different")).isEmpty();
        assertThat(postgres.dump("zoo_copy")).isEqualTo(zoo.dump());
        assertThat(postgres.globals()).isEqualTo(globals);
        postgres.maintain("DROP DATABASE zoo_copy");
    }

    @Test
    void row33_undoBringsBackTheNewestOfSeveralAndDropOldOnlyTheOneThatIsNamed() {
        ADatabase database = postgres.database("many_undos").with("CREATE TABLE t AS SELECT 1 AS v");
        AfProcess af = new AfProcess(folder).on(database);
        ok(af.run("backup", "create"));
        database.with("UPDATE t SET v = 2");
        String second = previous(af);
        database.with("UPDATE t SET v = 3");
        String third = previous(af);

        ok(af.run("backup", "restore", "--undo", "--yes"));

        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(3);
        assertThat(second).isNotEqualTo(third);
        ok(af.run("backup", "restore", "--drop-old=" + second, "--yes"));
        assertThat(af.run("backup", "restore", "--drop-old=postgres", "--yes").exitCode())
                .isEqualTo(6);
        assertThat(postgres.databases()).contains("postgres", "many_undos").doesNotContain(second);
        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(3);
    }

    private String previous(AfProcess af) {
        return ok(af.run("backup", "restore", "latest", "--yes", "--json"))
                .json()
                .path("previousDatabase")
                .asText();
    }
}
