package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 11 of the fault table: what the role that restores may not make is named before anything is loaded. */
class PlanRightsIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result expect(int exitCode, AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        return result;
    }

    private static List<String> facts(AfProcess.Result plan, String severity) {
        return plan.json().path("findings").findParents("fact").stream()
                .filter(finding -> finding.path("severity").asText().equals(severity))
                .map(finding -> finding.path("fact").asText() + " | "
                        + finding.path("fix").asText())
                .toList();
    }

    @Test
    void row11_whatOnlyASuperuserMayMakeIsNamedToAPlainOwnerBeforehand() {
        postgres.role("rights_owner", "CREATEDB");
        ADatabase database = postgres.database("rights_privileged")
                .with("ALTER DATABASE rights_privileged OWNER TO rights_owner; CREATE TABLE t AS SELECT 1 AS a;"
                        + " ALTER TABLE t OWNER TO rights_owner")
                .with("CREATE PUBLICATION everything FOR ALL TABLES")
                .with("CREATE SUBSCRIPTION rights_sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false,"
                        + " slot_name = NONE)")
                .with("CREATE FUNCTION up(text) RETURNS text LANGUAGE internal STRICT AS 'upper'")
                .with("CREATE FOREIGN DATA WRAPPER nothing; CREATE TEXT SEARCH TEMPLATE plain (init = dsimple_init,"
                        + " lexize = dsimple_lexize)")
                .with("CREATE OPERATOR CLASS ints FOR TYPE int USING btree AS FUNCTION 1 btint4cmp(int, int)")
                .with("ALTER DATABASE rights_privileged SET log_min_duration_statement = '5s';"
                        + " CREATE TYPE harmless AS RANGE (SUBTYPE = int); CREATE AGGREGATE most(int) (SFUNC = int4larger,"
                        + " STYPE = int)");
        String before = database.dump();
        expect(0, new AfProcess(folder).on(database).run("backup", "create"));
        AfProcess plain =
                new AfProcess(folder).with("AF_DATABASE_URL", postgres.uri("rights_privileged", "rights_owner"));

        AfProcess.Result plan = expect(4, plain.run("backup", "restore", "latest", "--plan", "--json"));

        assertThat(facts(plan, "stop"))
                .extracting(fact -> fact.replaceFirst("the backup has (.*) \\(\\d.*", "$1"))
                .containsExactlyInAnyOrder(
                        "foreign-data wrappers",
                        "functions in untrusted languages",
                        "operator classes",
                        "text search templates",
                        "publications of all tables",
                        "subscriptions");
        assertThat(facts(plan, "stop")).allMatch(fact -> fact.contains("ALTER ROLE \"rights_owner\" SUPERUSER;"));
        assertThat(facts(plan, "note"))
                .anyMatch(fact -> fact.contains("log_min_duration_statement is not applied")
                        && fact.contains("SET log_min_duration_statement TO '5s';"));
        // The administrator of a managed service may be allowed to make much of it.
        postgres.maintain("CREATE ROLE rds_superuser; GRANT rds_superuser TO rights_owner");
        AfProcess.Result managed = plain.run("backup", "restore", "latest", "--plan", "--json");
        postgres.maintain("DROP ROLE rds_superuser");
        assertThat(facts(managed, "stop")).allMatch(fact -> fact.contains("subscriptions"));
        assertThat(facts(managed, "note"))
                .anyMatch(
                        fact -> fact.contains("the backup has operator classes") && fact.contains("the load says so"));
        // The very command that the plan names mends it.
        postgres.maintain("ALTER ROLE \"rights_owner\" SUPERUSER;");
        AfProcess.Result restored = expect(3, plain.run("backup", "restore", "latest", "--yes", "--json"));
        postgres.maintain("ALTER ROLE \"rights_owner\" NOSUPERUSER");
        assertThat(restored.json().path("warnings").toString()).contains("ALTER SUBSCRIPTION", "rights_sub", "ENABLE");
        assertThat(database.dump()).isEqualTo(before);

        postgres.existing(restored.json().path("previousDatabase").asText()).with("DROP SUBSCRIPTION rights_sub");
        AfProcess.Result partial = expect(3, plain.run("backup", "create", "--json"));
        assertThat(partial.json().path("warnings").toString()).contains("rights_sub is not in the backup");
        database.with("DROP SUBSCRIPTION rights_sub");
    }

    @Test
    void row26_labelsWhoseProviderTheServerDoesNotLoadAreNamedBeforehandAndCanBeLeftOut() {
        // PostgreSQL itself comes with no provider that can be loaded everywhere: the label is written by hand.
        ADatabase database = postgres.database("rights_labelled")
                .with("CREATE TABLE t AS SELECT 1 AS a; INSERT INTO pg_seclabel VALUES"
                        + " ('t'::regclass, 'pg_class'::regclass, 0, 'rights provider', 'secret')");
        AfProcess af = new AfProcess(folder).on(database);
        expect(0, af.run("backup", "create"));

        AfProcess.Result refused = expect(4, af.run("backup", "restore", "latest", "--yes", "--json"));
        assertThat(refused.json().path("error").path("message").asText()).contains("'rights provider' is not loaded");

        expect(0, af.run("backup", "restore", "latest", "--yes", "--no-security-labels"));
        assertThat(database.number("SELECT count(*) FROM pg_seclabel")).isZero();
    }

    @Test
    void anotherVersionOfTheCollationIsSaidAlsoWhereNoDatabaseHasIt() {
        ADatabase database = postgres.database(
                        "plan_sorted", " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-AT'")
                .with("CREATE TABLE t AS SELECT 'Ä' AS a");
        postgres.maintain("UPDATE pg_database SET datcollversion = '1.2.3' WHERE datname = 'plan_sorted'");
        expect(0, new AfProcess(folder).on(database).run("backup", "create"));
        postgres.maintain("DROP DATABASE plan_sorted");

        AfProcess.Result plan =
                expect(0, new AfProcess(folder).on(database).run("backup", "restore", "latest", "--plan", "--json"));

        assertThat(facts(plan, "note"))
                .anyMatch(fact -> fact.startsWith("text sorts by version ") && fact.contains("it was 1.2.3"));
    }

    @Test
    void asAnotherRoleAndWithoutOwnersAndPrivilegesAsPgRestoreDoes() {
        postgres.role("rights_maker", "CREATEDB");
        postgres.role("rights_reader", "");
        postgres.role("rights_other", "CREATEDB");
        ADatabase database = postgres.database("rights_role")
                .with("CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS a; GRANT SELECT ON s.t TO rights_reader");
        expect(0, new AfProcess(folder).on(database).run("backup", "create"));
        AfProcess af =
                new AfProcess(folder).with("AF_TARGET_DATABASE_URL", postgres.uri("rights_copy", "rights_other"));
        String[] options = {
            "backup", "restore", "latest", "--json", "--role=rights_maker", "--no-owner", "--no-privileges", "--yes"
        };

        AfProcess.Result refused = expect(4, af.run(options));
        assertThat(refused.json().path("error").path("hint").asText())
                .contains("GRANT \"rights_maker\" TO \"rights_other\";");

        postgres.maintain("GRANT rights_maker TO rights_other; GRANT CREATE ON DATABASE template1 TO PUBLIC");
        AfProcess superuser = new AfProcess(folder).with("AF_TARGET_DATABASE_URL", postgres.uri("rights_copy"));
        expect(4, superuser.run("backup", "restore", "latest", "--json", "--role=rights_nobody", "--yes"));
        expect(0, superuser.run(options));
        assertThat(postgres.existing("rights_copy")
                        .texts("SELECT tableowner || ' ' || has_table_privilege('rights_reader', 's.t', 'SELECT')"
                                + " FROM pg_tables WHERE tablename = 't'"))
                .containsExactly("rights_maker false");
        postgres.maintain("DROP DATABASE rights_copy");
    }
}
