package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows 13 and 15 of the fault table: names that PostgreSQL allows, and that scripts, shells and rules trip over. */
class NamesIT {
    private static final String ODD_ROLE = "-r=%*\"q' Ü";

    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    @Test
    void row13_rolesOfAnyNameKeepWhatTheyOwnAndMayDo() {
        postgres.role(ODD_ROLE, "");
        String role = Sql.identifier(ODD_ROLE);
        ADatabase database = postgres.database("odd_roles")
                .with("CREATE SCHEMA \"od,d \"\"schema\" AUTHORIZATION " + role
                        + "; CREATE TABLE \"od,d \"\"schema\".users (id serial PRIMARY KEY, \"x\ny\" text);"
                        + " INSERT INTO \"od,d \"\"schema\".users (\"x\ny\") VALUES ('a'), (NULL);"
                        + " ALTER TABLE \"od,d \"\"schema\".users OWNER TO " + role
                        + "; SELECT lo_from_bytea(55, 'abc'); ALTER LARGE OBJECT 55 OWNER TO " + role
                        + "; GRANT SELECT ON LARGE OBJECT 55 TO PUBLIC");
        postgres.maintain(
                "ALTER DATABASE odd_roles OWNER TO " + role + "; GRANT CONNECT ON DATABASE odd_roles TO " + role
                        + " WITH GRANT OPTION; ALTER DATABASE odd_roles SET search_path = \"$user\", \"od,d \"\"schema\";"
                        + " ALTER ROLE " + role + " IN DATABASE odd_roles SET work_mem = '5MB';"
                        + " COMMENT ON DATABASE odd_roles IS 'it''s\n[af staging x]'");
        String before = postgres.tool("pg_dump", "odd_roles", "--create").replaceAll("(?m)^\\\\(un)?restrict .*", "");
        String globals = postgres.globals();
        AfProcess af = new AfProcess(folder).on(database);

        JsonNode created = ok(af.run("backup", "create", "--json")).json();
        ok(af.run("backup", "restore", "latest", "--yes"));

        assertThat(created.path("critical").path("found"))
                .as("users is critical in any schema")
                .isNotEmpty();
        assertThat(postgres.tool("pg_dump", "odd_roles", "--create").replaceAll("(?m)^\\\\(un)?restrict .*", ""))
                .isEqualTo(before);
        assertThat(postgres.globals()).isEqualTo(globals);
    }

    @Test
    void row13_aDatabaseWhoseNameHoldsANewLine() {
        ADatabase database = postgres.database("two\nlines").with("CREATE TABLE t AS SELECT 1 AS i");
        String before = database.dump();
        AfProcess af = new AfProcess(folder).on(database);

        ok(af.run("backup", "create"));
        database.with("DROP TABLE t");
        ok(af.run("backup", "restore", "latest", "--yes"));

        assertThat(database.dump()).isEqualTo(before);
        ok(af.run("backup", "restore", "--drop-old", "--yes"));
        postgres.maintain("DROP DATABASE \"two\nlines\"");
    }

    @Test
    void row13_aNameCannotSmuggleACommandIntoRestoreMd() throws IOException {
        Path trap = folder.resolve("sprung");
        String role = "a\nSQL\ntouch '" + trap + "'\n: <<SQL\n";
        postgres.role(role, "");
        String name = "n\n\n       touch x\n\n";
        ADatabase database = postgres.database(name);
        postgres.maintain("ALTER DATABASE " + Sql.identifier(name) + " OWNER TO " + Sql.identifier(role));

        JsonNode created = ok(new AfProcess(folder).on(database).run("backup", "create", "--json"))
                .json();

        String instructions =
                Files.readString(folder.resolve(created.path("path").asText()).resolve("RESTORE.md"));
        assertThat(instructions).doesNotContain("\n       touch").doesNotContain("\ntouch");
        String create = instructions
                .replaceAll("(?s).*\n( {7}psql -d postgres <<.*?\n {7}SQL\n).*", "$1")
                .replaceAll("(?m)^ {7}", "");
        AfProcess.output(
                List.of("bash", "-c", create),
                Map.of(
                        "PGHOST",
                        "127.0.0.1",
                        "PGPORT",
                        String.valueOf(postgres.port()),
                        "PGUSER",
                        "postgres",
                        "PGPASSWORD",
                        LocalPostgres.PASSWORD));
        assertThat(trap).doesNotExist();
        try (ADatabase restored = database) {
            assertThat(restored.texts("SELECT rolname FROM pg_roles r JOIN pg_database d ON d.datdba = r.oid"
                            + " WHERE datname = 'restored'"))
                    .containsExactly(role);
        }
        postgres.maintain("DROP DATABASE restored");
        postgres.maintain("DROP DATABASE " + Sql.identifier(name));
        postgres.maintain("DROP ROLE " + Sql.identifier(role));
    }

    @Test
    void row15_template1IsBackedUpAndGoesOnlyToAnotherName() {
        AfProcess af = new AfProcess(folder).with("AF_DATABASE_URL", postgres.uri("template1"));
        ok(af.run("backup", "create"));

        AfProcess.Result refused = af.run("backup", "restore", "latest", "--yes", "--json");
        AfProcess.Result elsewhere = af.run(
                "backup", "restore", "latest", "--target-database-url=" + postgres.uri("from_template"), "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText()).contains("template1");
        ok(elsewhere);
        assertThat(postgres.databases()).contains("template0", "template1", "from_template");
        postgres.maintain("ALTER DATABASE from_template IS_TEMPLATE false");
        postgres.maintain("DROP DATABASE from_template");
    }

    @Test
    void row15_aDatabaseThatIsOnlyCalledLikeATemplateIsRestored() {
        ADatabase database = postgres.database("template_service").with("CREATE TABLE t AS SELECT 1 AS i");
        AfProcess af = new AfProcess(folder).on(database);
        ok(af.run("backup", "create"));
        database.with("DROP TABLE t");

        ok(af.run("backup", "restore", "latest", "--yes"));

        assertThat(database.number("SELECT count(*) FROM public.t")).isEqualTo(1);
    }

    @Test
    void row15_aTemplateOfOnesOwnStaysATemplateAndItsOldOneCanBeDropped() {
        ADatabase database = postgres.database("pattern").with("CREATE TABLE t AS SELECT 1 AS i");
        postgres.maintain("ALTER DATABASE pattern IS_TEMPLATE true");
        AfProcess af = new AfProcess(folder).on(database);
        ok(af.run("backup", "create"));
        ok(af.run("backup", "restore", "latest", "--yes"));

        ok(af.run("backup", "restore", "--drop-old", "--yes"));

        assertThat(database.texts("SELECT datname FROM pg_database WHERE datname LIKE 'pattern%' AND datistemplate"))
                .containsExactly("pattern");
        postgres.maintain("ALTER DATABASE pattern IS_TEMPLATE false");
    }
}
