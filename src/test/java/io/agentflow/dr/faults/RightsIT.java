package io.agentflow.dr.faults;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows 14, 19 and 33 of the fault table for roles that are no superusers. */
class RightsIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess as(LocalPostgres cluster, String role, String database) {
        return new AfProcess(folder).with("AF_DATABASE_URL", cluster.uri(database, role));
    }

    private static ADatabase ownedBy(LocalPostgres cluster, String role, String name, String statements) {
        cluster.role(role, "CREATEDB");
        ADatabase database = cluster.database(name);
        cluster.maintain("ALTER DATABASE " + name + " OWNER TO " + role);
        return database.with("SET ROLE " + role + "; CREATE SCHEMA own; " + statements);
    }

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    @Test
    void row14_aPlainOwnersLargeObjectsComeBackWithTheirPrivileges() {
        ADatabase database = ownedBy(
                        postgres,
                        "lo_owner",
                        "lo_owned",
                        "SELECT lo_from_bytea(61, convert_to(repeat('large ', 500000), 'UTF8'));"
                                + " GRANT SELECT ON LARGE OBJECT 61 TO PUBLIC; SELECT lo_create(62)")
                .with("BEGIN; SELECT lo_put(62, 5000000, 'end'); COMMIT");
        String before = database.dump();
        AfProcess af = as(postgres, "lo_owner", "lo_owned");

        ok(af.run("backup", "create"));
        ok(af.run("backup", "restore", "latest", "--yes"));

        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void row14_largeObjectsThatTheRoleMayNotReadAreNamedBeforeAnythingIsWritten() {
        ownedBy(postgres, "lo_owner", "lo_foreign", "SELECT 1").with("SELECT lo_from_bytea(63, 'not yours')");

        AfProcess.Result refused = as(postgres, "lo_owner", "lo_foreign").run("backup", "create", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText()).contains("63");
        assertThat(folder.resolve("backups"))
                .satisfiesAnyOf(
                        store -> assertThat(store).doesNotExist(),
                        store -> assertThat(store.toFile().list()).containsOnly(".lock"));
    }

    @Test
    void row19_anOwnerWhomForcedRowSecurityFiltersIsRefused() {
        ownedBy(
                postgres,
                "rls_owner",
                "rls_forced",
                "CREATE TABLE own.t AS SELECT 1 AS i; ALTER TABLE own.t ENABLE ROW LEVEL SECURITY;"
                        + " ALTER TABLE own.t FORCE ROW LEVEL SECURITY");

        AfProcess.Result refused = as(postgres, "rls_owner", "rls_forced").run("backup", "create", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText()).contains("own.t");
    }

    @Test
    void grantsThatAnotherRoleGaveOnComeBackThoughTheWorkersRace() {
        postgres.role("grantor", "");
        ADatabase database =
                postgres.database("granted_on").with("CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO grantor");
        for (int i = 0; i < 60; i++) {
            database.with("CREATE TABLE s.t" + i + " (i int); GRANT SELECT ON s.t" + i
                    + " TO grantor WITH GRANT OPTION; SET ROLE grantor; GRANT SELECT ON s.t" + i + " TO PUBLIC");
        }
        String before = database.dump();
        AfProcess af = new AfProcess(folder).on(database);
        ok(af.run("backup", "create"));

        ok(af.run("backup", "restore", "latest", "--yes", "--jobs=8"));

        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void row33_aRoleThatMayNotCreateDatabasesIsRefusedUntouched() {
        ADatabase database = ownedBy(postgres, "no_creator", "uncreatable", "CREATE TABLE own.t AS SELECT 1 AS i");
        postgres.maintain("ALTER ROLE no_creator NOCREATEDB");
        AfProcess af = as(postgres, "no_creator", "uncreatable");
        ok(af.run("backup", "create"));
        database.with("DROP TABLE own.t");
        String live = database.dump();

        AfProcess.Result refused = af.run("backup", "restore", "latest", "--yes", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("hint").asText()).contains("CREATEDB");
        assertThat(database.dump()).isEqualTo(live);
        assertThat(postgres.databases())
                .filteredOn(name -> name.startsWith("uncreatable"))
                .containsExactly("uncreatable");
    }

    @Test
    void row33_aPlainOwnerSwapsDespiteAutovacuumAndLeavesNothingBehindWhereASuperuserIsInTheWay() {
        String busyTable = "CREATE TABLE own.t (i int, t text) WITH (autovacuum_vacuum_cost_delay = 100,"
                + " autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_insert_threshold = 1,"
                + " autovacuum_vacuum_insert_scale_factor = 0);"
                + " INSERT INTO own.t SELECT i, repeat('x', 100) FROM generate_series(1, 60000) i";
        try (LocalPostgres cluster = LocalPostgres.start("autovacuum_naptime = 1s")) {
            ADatabase database = ownedBy(cluster, "vacuumed_owner", "vacuumed", busyTable);
            AfProcess af = as(cluster, "vacuumed_owner", "vacuumed");
            ok(af.run("backup", "create"));
            await().atMost(30, SECONDS)
                    .until(() -> database.number("SELECT count(*) FROM pg_stat_activity WHERE backend_type ="
                                    + " 'autovacuum worker' AND datname = 'vacuumed'")
                            > 0);

            try (Sql idle = Connections.open(cluster.url("vacuumed", "vacuumed_owner"), "idle in transaction")) {
                idle.run("BEGIN; SELECT count(*) FROM own.t");
                AfProcess.Result swapped = ok(af.run("backup", "restore", "latest", "--yes", "--json"));
                assertThat(swapped.err()).doesNotContain("could not be ended");
                assertThat(swapped.json().path("downtimeMillis").asLong()).isLessThan(1000);
                idle.abort();
            }

            try (Sql superuser = Connections.open(cluster.url("vacuumed"), "in the way")) {
                AfProcess.Result busy = af.run("backup", "restore", "latest", "--yes", "--json");
                assertThat(busy.exitCode()).as(busy.toString()).isEqualTo(4);
                assertThat(busy.json().path("error").path("message").asText())
                        .contains("may not end", superuser.number("SELECT pg_backend_pid()") + " of postgres");
                assertThat(superuser.number("SELECT count(*) FROM own.t")).isEqualTo(60_000);
            }
            assertThat(cluster.databases())
                    .filteredOn(name -> name.contains("_af_"))
                    .isEmpty();
        }
    }
}
