package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.PostgresCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 11 of the fault table: what the backup needs and the target lacks is named before anything is touched. */
class PlanIT {
    private static final LocalPostgres TARGET = LocalPostgres.shared();

    @TempDir
    static Path store;

    private static LocalPostgres source;

    @TempDir
    Path folder;

    /** A backup of a database that needs a role, an extension and a tablespace that no other cluster has. */
    @BeforeAll
    static void backUp() {
        source = sameExtensionElsewhere();
        source.role("plan_owner", "");
        source.maintain("CREATE TABLESPACE plan_space LOCATION ''");
        ADatabase database = source.database("plan_needy")
                .with("CREATE EXTENSION af_plan; CREATE TABLE t (a int) TABLESPACE plan_space;"
                        + " ALTER TABLE t OWNER TO plan_owner; INSERT INTO t VALUES (1)");
        AfProcess.Result made = new AfProcess(store)
                .with("AF_STORE", store.toString())
                .on(database)
                .run("backup", "create");
        assertThat(made.exitCode()).as(made.toString()).isZero();
    }

    @AfterAll
    static void stop() {
        source.close();
    }

    private AfProcess af(LocalPostgres target, String role) {
        return new AfProcess(folder)
                .with("AF_STORE", store.toString())
                .with("AF_TARGET_DATABASE_URL", target.uri("plan_needy", role));
    }

    private static List<String> obstacles(AfProcess.Result result) {
        return facts(result, "stop");
    }

    private static List<String> facts(AfProcess.Result result, String severity) {
        return StreamSupport.stream(result.json().path("findings").spliterator(), false)
                .filter(finding -> finding.path("severity").asText().equals(severity))
                .map(finding -> finding.path("fact").asText() + " | "
                        + finding.path("fix").asText())
                .toList();
    }

    @Test
    void row11_allThatIsMissingIsNamedAtOnceWithWhatMendsIt() {
        List<String> before = TARGET.databases();

        AfProcess.Result plan = af(TARGET, "postgres").run("backup", "restore", "latest", "--plan", "--json");

        assertThat(plan.exitCode()).as(plan.toString()).isEqualTo(4);
        assertThat(plan.json().path("kind").asText()).isEqualTo("RestorePlan");
        assertThat(obstacles(plan))
                .hasSize(3)
                .anySatisfy(o -> assertThat(o).contains("plan_owner", "owns 1 object", "CREATE ROLE", "--create-roles"))
                .anySatisfy(o -> assertThat(o).contains("af_plan 1.0", "apt-get install postgresql-"))
                .anySatisfy(o -> assertThat(o).contains("plan_space", "CREATE TABLESPACE", "--no-tablespaces"));
        assertThat(plan.json().path("error").path("exitCode").asInt()).isEqualTo(4);
        assertThat(TARGET.databases()).isEqualTo(before);
    }

    @Test
    void row11_theRestoreItselfIsRefusedForTheSameReasons() {
        AfProcess.Result refused = af(TARGET, "postgres").run("backup", "restore", "latest", "--yes", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText())
                .contains("plan_owner", "af_plan", "plan_space");
        assertThat(TARGET.databases()).noneMatch(name -> name.startsWith("plan_needy"));
    }

    @Test
    void row11_whatIsLeftOutOnDemandStandsNotInTheWay() {
        try (LocalPostgres withExtension = sameExtensionElsewhere()) {
            AfProcess af = af(withExtension, "postgres");
            String[] options = {"--no-owner", "--no-privileges", "--no-tablespaces"};

            AfProcess.Result plan =
                    af.run("backup", "restore", "latest", "--plan", "--json", options[0], options[1], options[2]);
            AfProcess.Result restored =
                    af.run("backup", "restore", "latest", "--yes", options[0], options[1], options[2]);

            assertThat(plan.exitCode()).as(plan.toString()).isZero();
            assertThat(restored.exitCode()).as(restored.toString()).isZero();
            assertThat(withExtension
                            .existing("plan_needy")
                            .texts("SELECT tableowner FROM pg_tables WHERE tablename = 't'"))
                    .containsExactly("postgres");
        }
    }

    @Test
    void row11_anotherVersionOfAnExtensionIsSaidAndNotRefused() {
        try (LocalPostgres newer = extensionElsewhere("2.0")) {
            AfProcess.Result plan = af(newer, "postgres")
                    .run("backup", "restore", "latest", "--plan", "--json", "--create-roles", "--no-tablespaces");

            assertThat(plan.exitCode()).as(plan.toString()).isZero();
            assertThat(facts(plan, "note"))
                    .anyMatch(note -> note.contains("af_plan comes in 2.0, the backup has it in 1.0"));
        }
    }

    @Test
    void row11_pgCronThatOnlyOneDatabaseMayHaveIsNamedBeforehandWithTheWayByHand() {
        AfProcess af = new AfProcess(folder).on(source.database("plan_cron").with("CREATE EXTENSION pg_cron"));
        af.run("backup", "create");

        AfProcess.Result plan = af.run("backup", "restore", "latest", "--plan", "--json");

        assertThat(plan.exitCode()).as(plan.toString()).isEqualTo(4);
        assertThat(obstacles(plan)).hasSize(1).allMatch(o -> o.contains("pg_cron") && o.contains("RESTORE.md"));
    }

    @Test
    void aPlainRoleIsToldWhatItMayNotDo() {
        try (LocalPostgres there = sameExtensionElsewhere()) {
            there.role("plain", "");
            there.role("plan_owner", "");
            there.maintain("CREATE TABLESPACE plan_space LOCATION ''");

            AfProcess.Result plan = af(there, "plain").run("backup", "restore", "latest", "--plan", "--json");

            assertThat(plan.exitCode()).as(plan.toString()).isEqualTo(4);
            assertThat(obstacles(plan))
                    .anyMatch(o -> o.contains("may not create databases") && o.contains("CREATEDB"))
                    .anyMatch(o -> o.contains("not a member of plan_owner") && o.contains("GRANT"))
                    .anyMatch(o -> o.contains("af_plan may be created by a superuser only"))
                    .anyMatch(o -> o.contains("plan_space") && o.contains("GRANT CREATE ON TABLESPACE"));
        }
    }

    @Test
    void forAPersonThePlanSaysHowManyThingsStandInTheWay() {
        AfProcess.Result plan = af(TARGET, "postgres").run("backup", "restore", "latest", "--plan");

        assertThat(plan.exitCode()).as(plan.toString()).isEqualTo(4);
        assertThat(plan.out())
                .startsWith("Plan: restore ")
                .contains("✗ role plan_owner is missing (owns 1 object)")
                .endsWith("Nothing was touched. 3 things stand in the way.\n");
    }

    private static LocalPostgres sameExtensionElsewhere() {
        return extensionElsewhere("1.0");
    }

    private static LocalPostgres extensionElsewhere(String version) {
        try {
            Path prefix = Files.createTempDirectory(Path.of("/tmp"), "af-plan-");
            Files.setPosixFilePermissions(prefix, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            return PostgresCopy.in(prefix)
                    .with("pg_cron", "CREATE FUNCTION cron() RETURNS int LANGUAGE sql AS 'SELECT 1';")
                    .with("af_plan", version, "CREATE FUNCTION plan() RETURNS int LANGUAGE sql AS 'SELECT 1';")
                    .start("allow_in_place_tablespaces = on");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
