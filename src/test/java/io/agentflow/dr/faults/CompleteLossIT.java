package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.PostgresVersion;
import io.agentflow.dr.testing.ToolsAtHand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The seed's third scenario: the cluster is gone, there is an empty new one and the backup. */
class CompleteLossIT {
    @TempDir
    Path folder;

    @Test
    void oneCommandBringsTheWholeClusterBack() {
        String before;
        try (LocalPostgres lost = LocalPostgres.start()) {
            lost.role("af_owner", "CREATEDB");
            lost.role("af_reader", "NOINHERIT CONNECTION LIMIT 5");
            lost.role("af_unused", "");
            lost.role("af odd \"one\"", "");
            lost.maintain("CREATE ROLE af_group NOLOGIN; GRANT af_group TO af_reader WITH ADMIN OPTION;"
                    + " GRANT af_reader TO \"af odd \"\"one\"\"\"; ALTER ROLE af_reader SET work_mem = '7MB';"
                    + " COMMENT ON ROLE af_group IS 'those who; read'; GRANT pg_read_all_data TO af_group");
            ADatabase database = lost.database("agentflow").agentflow();
            database.with(
                            "DO $$ DECLARE t name; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                                    + " LOOP EXECUTE format('ALTER TABLE public.%I OWNER TO af_owner', t); END LOOP; END $$")
                    .with("GRANT SELECT ON ALL TABLES IN SCHEMA public TO af_group;"
                            + " ALTER DEFAULT PRIVILEGES FOR ROLE af_owner GRANT SELECT ON TABLES TO af_reader");
            lost.maintain("ALTER DATABASE agentflow OWNER TO af_owner; ALTER DATABASE agentflow SET jit = off;"
                    + " ALTER ROLE af_reader IN DATABASE agentflow SET statement_timeout = '3s';"
                    + " REVOKE ALL ON DATABASE agentflow FROM PUBLIC; GRANT CONNECT ON DATABASE agentflow TO af_group;"
                    + " COMMENT ON DATABASE agentflow IS 'the only copy'");
            AfProcess.Result made = new AfProcess(folder).on(database).run("backup", "create", "--role-passwords");
            assertThat(made.exitCode()).as(made.toString()).isZero();
            before = everything(lost);
        }

        try (LocalPostgres empty = LocalPostgres.start()) {
            AfProcess.Result restored = new AfProcess(folder)
                    .with("AF_TARGET_DATABASE_URL", empty.uri("agentflow"))
                    .run(
                            "backup",
                            "restore",
                            "latest",
                            "full",
                            "--create-roles",
                            "--role-passwords",
                            "--yes",
                            "--json");

            assertThat(restored.exitCode()).as(restored.toString()).isZero();
            assertThat(everything(empty)).isEqualTo(before);
        }
    }

    @Test
    void rolesGetNoPasswordUnlessThatIsAskedFor() {
        try (LocalPostgres lost = LocalPostgres.start();
                LocalPostgres empty = LocalPostgres.start()) {
            lost.role("with_password", "");
            ADatabase database = lost.database("small").with("CREATE TABLE t (a int)");
            database.with("ALTER TABLE t OWNER TO with_password");
            lost.maintain(
                    "GRANT SET ON PARAMETER log_statement TO with_password; ALTER ROLE ALL SET work_mem = '123MB';"
                            + " INSERT INTO pg_shseclabel SELECT oid, 'pg_database'::regclass, 'some provider', 'secret'"
                            + " FROM pg_database WHERE datname = 'small'");
            database.with("CREATE FUNCTION pg_catalog.lost_fn() RETURNS int LANGUAGE sql AS 'SELECT 1'");
            AfProcess.Result made =
                    expect(3, new AfProcess(folder).on(database).run("backup", "create", "--role-passwords", "--json"));
            assertThat(made.json().path("warnings")).hasSize(3);
            assertThat(made.json().path("warnings").toString())
                    .contains("ALTER ROLE ALL SET work_mem", "function lost_fn()", "the provider some provider")
                    .doesNotContain("123MB");

            AfProcess.Result restored = new AfProcess(folder)
                    .with("AF_TARGET_DATABASE_URL", empty.uri("small"))
                    .run("backup", "restore", "latest", "--create-roles", "--yes");

            assertThat(restored.exitCode()).as(restored.toString()).isZero();
            assertThat(empty.globals())
                    .contains("CREATE ROLE with_password;", "GRANT SET ON PARAMETER log_statement TO with_password;");
            assertThat(empty.globals().lines().filter(l -> l.startsWith("ALTER ROLE with_password")))
                    .hasSize(1)
                    .noneMatch(line -> line.contains("PASSWORD"));
        }
    }

    /** pg_dumpall of the whole cluster; the superuser's password is salted anew in each. */
    private static String everything(LocalPostgres cluster) {
        return cluster.tool("pg_dumpall", "postgres")
                .lines()
                .filter(line -> !line.startsWith("ALTER ROLE postgres ")
                        && !line.startsWith("\\restrict")
                        && !line.startsWith("\\unrestrict"))
                .collect(Collectors.joining("\n"));
    }

    /** Since 16 a membership has options of its own, and who granted it is one of them. */
    @Test
    void membershipsWithOptionsAndTablespacesComeBackToo() throws IOException {
        Path space = Files.createTempDirectory(Path.of("/tmp"), "af space-");
        try {
            String before;
            emptyForTheServer(space);
            try (LocalPostgres lost = LocalPostgres.startFrom(new PostgresVersion(18).bin())) {
                lost.maintain("CREATE ROLE boss CREATEROLE; CREATE ROLE team; CREATE ROLE \"Odd;one\" LOGIN VALID UNTIL"
                        + " '2031-01-01'; GRANT team TO boss WITH ADMIN TRUE, INHERIT FALSE; SET ROLE boss;"
                        + " GRANT team TO \"Odd;one\" WITH INHERIT FALSE, SET TRUE; RESET ROLE;"
                        + " GRANT team TO \"Odd;one\" WITH INHERIT TRUE, SET FALSE;"
                        + " ALTER ROLE team SET search_path = \"$user\", 'a b', public;");
                lost.maintain("CREATE TABLESPACE \"fast 1\" OWNER boss LOCATION " + Sql.literal(space.toString()));
                lost.maintain("ALTER TABLESPACE \"fast 1\" SET (random_page_cost = 1.5); GRANT CREATE ON TABLESPACE"
                        + " \"fast 1\" TO team WITH GRANT OPTION; COMMENT ON TABLESPACE \"fast 1\" IS 'ssd; new'");
                ADatabase database = lost.database("agentflow", " TABLESPACE \"fast 1\" OWNER boss")
                        .with("CREATE TABLE t (a int PRIMARY KEY USING INDEX TABLESPACE \"fast 1\");"
                                + " CREATE TABLE d (a int) TABLESPACE pg_default; INSERT INTO t VALUES (1)");
                lost.maintain("ALTER ROLE \"Odd;one\" IN DATABASE agentflow SET search_path = 'x y', public");
                expect(0, at18().on(database).run("backup", "create"));
                before = everything(lost);
            }
            emptyForTheServer(space);
            try (LocalPostgres empty = LocalPostgres.startFrom(new PostgresVersion(18).bin())) {
                AfProcess af = at18().with("AF_TARGET_DATABASE_URL", empty.uri("agentflow"));
                Files.delete(space);
                AfProcess.Result refused = expect(
                        4, af.run("backup", "restore", "latest", "--create-roles", "--create-tablespaces", "--json"));
                String hint = refused.json().path("error").path("hint").asText();
                assertThat(hint).startsWith("On the server's machine: install -d -m 700");
                emptyForTheServer(Files.createDirectory(space));

                expect(0, af.run("backup", "restore", "latest", "--create-roles", "--create-tablespaces", "--yes"));

                assertThat(everything(empty)).isEqualTo(before);
            }
        } finally {
            AfProcess.output(List.of("rm", "-rf", space.toString()), Map.of());
        }
    }

    private AfProcess at18() {
        return ToolsAtHand.first(folder, new PostgresVersion(18));
    }

    private static AfProcess.Result expect(int exitCode, AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        return result;
    }

    private static void emptyForTheServer(Path directory) {
        AfProcess.output(List.of("find", directory.toString(), "-mindepth", "1", "-delete"), Map.of());
        if ("root".equals(System.getProperty("user.name"))) {
            AfProcess.output(List.of("chown", "postgres:", directory.toString()), Map.of());
        }
    }
}
