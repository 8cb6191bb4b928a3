package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit chain: what breaks it is found, and a restore brings back the chain that was backed up. */
class AuditChainIT {
    private static final String SOME = "(SELECT id FROM audits ORDER BY tenant_id, ts OFFSET 5 LIMIT 1)";

    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result verify(ADatabase database, String... options) {
        List<String> arguments = new ArrayList<>(List.of("audit", "verify", "--json"));
        arguments.addAll(List.of(options));
        return new AfProcess(folder).on(database).run(arguments.toArray(String[]::new));
    }

    private static List<String> kinds(JsonNode document) {
        List<String> kinds = new ArrayList<>();
        document.path("problems")
                .forEach(problem -> kinds.add(problem.path("kind").asText()));
        return kinds;
    }

    @Test
    void aSoundChainHolds() {
        ADatabase database = postgres.database("audit_sound").agentflow();

        AfProcess.Result result = verify(database);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.json().path("records").asInt()).isEqualTo(70);
        assertThat(result.json().path("tenants")).hasSize(5);
        assertThat(result.json().path("problems")).isEmpty();
    }

    @Test
    void aChangedRecordIsFoundByItsContent() {
        ADatabase database = postgres.database("audit_changed").agentflow();
        database.with("UPDATE audits SET details = details || '{\"amount\": 1}' WHERE id = " + SOME);

        AfProcess.Result result = verify(database);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(9);
        assertThat(kinds(result.json())).containsExactly("content");
        assertThat(result.json().path("brokenLinks").asInt()).isZero();
        assertThat(verify(database, "--accept-content").exitCode()).isEqualTo(3);
    }

    @Test
    void aTenantWhoseWholeHistoryWasRewrittenIsFound() {
        ADatabase database = postgres.database("audit_rewritten").agentflow();
        String tenant = database.texts("SELECT tenant_id::text FROM public.audits ORDER BY tenant_id LIMIT 1")
                .get(0);
        database.with("UPDATE audits SET actor_id = 'nobody', details = '{\"amount\": 1}' WHERE tenant_id = '" + tenant
                + "'");

        AfProcess.Result result = verify(database);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(9);
        assertThat(result.json().path("tenantsOfUnknownContent").asInt()).isZero();
        assertThat(result.json().path("differingContent").asInt()).isEqualTo(9);
        // Asked for alone, it is still judged by what fits elsewhere in the table.
        assertThat(verify(database, "--tenant-id", tenant).exitCode()).isEqualTo(9);
        assertThat(verify(database, "--accept-content").exitCode()).isEqualTo(3);
    }

    @Test
    void aMissingRecordIsFoundByTheLinkAfterIt() {
        ADatabase database = postgres.database("audit_missing").agentflow();
        String tenant = database.texts(
                        "SELECT tenant_id::text FROM public.audits ORDER BY tenant_id, ts OFFSET 5 LIMIT 1")
                .get(0);
        database.with("DELETE FROM audits WHERE id = " + SOME);

        AfProcess.Result result = verify(database);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(9);
        assertThat(kinds(result.json())).containsExactly("link");
        assertThat(result.json().path("problems").get(0).path("tenant").asText())
                .isEqualTo(tenant);
        assertThat(verify(database, "--tenant-id", tenant).exitCode()).isEqualTo(9);
        String other = database.texts("SELECT DISTINCT tenant_id::text FROM public.audits WHERE tenant_id::text <> '"
                        + tenant + "' LIMIT 1")
                .get(0);
        assertThat(verify(database, "--tenant-id", other).exitCode()).isZero();
    }

    @Test
    void aForkAndASecondBeginningAreFound() {
        ADatabase database = postgres.database("audit_fork").agentflow();
        database.with("CREATE TABLE copied AS SELECT * FROM audits WHERE id = " + SOME)
                .with("UPDATE copied SET id = uuid_generate_v4(), ts = ts + '1 microsecond', hash = sha256('x')")
                .with("INSERT INTO audits SELECT * FROM copied")
                .with(
                        "UPDATE copied SET id = uuid_generate_v4(), ts = ts + '1 year', prev_hash = NULL, hash = sha256('y')")
                .with("INSERT INTO audits SELECT * FROM copied");

        AfProcess.Result result = verify(database);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(9);
        assertThat(kinds(result.json())).contains("fork", "genesis");
    }

    @Test
    void recordsOfOneInstantAreTakenInTheOrderOfTheirLinks() {
        ADatabase database = postgres.database("audit_instant").agentflow();
        // Their content no longer fits, since the time is hashed; their links still do.
        database.with("UPDATE audits SET ts = '2026-01-01'");

        AfProcess.Result result = verify(database);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(3);
        assertThat(result.json().path("brokenLinks").asInt()).isZero();
        assertThat(result.json().path("tenantsOfUnknownContent").asInt()).isEqualTo(5);

        database.with("DELETE FROM audits WHERE id = (SELECT id FROM audits a WHERE prev_hash IS NOT NULL"
                + " AND EXISTS (SELECT FROM audits b WHERE b.prev_hash = a.hash) LIMIT 1)");
        assertThat(verify(database).json().path("brokenLinks").asInt()).isEqualTo(1);
    }

    @Test
    void aRecordLargerThanTheMemoryOfAfIsHashedAllTheSame() {
        ADatabase database = postgres.database("audit_large").agentflow();
        database.with("CREATE TABLE large AS SELECT repeat(E'<\"\\\\\\t: é> ', 1300000) AS text");
        String last = " WHERE id = (SELECT id FROM audits ORDER BY tenant_id, ts DESC LIMIT 1)";
        database.with("UPDATE audits SET details = jsonb_build_object('x', text) FROM large" + last);

        AfProcess.Result changed = verify(database);

        assertThat(changed.exitCode()).as(changed.toString()).isEqualTo(9);
        assertThat(kinds(changed.json())).containsExactly("content");

        database.with(
                "UPDATE audits SET hash = sha256(prev_hash || convert_to(replace(replace(concat('{\"tenant_id\":\"',"
                        + " tenant_id, '\",\"actor_type\":', to_json(actor_type), ',\"actor_id\":', to_json(actor_id), ',\"action\":',"
                        + " to_json(action), ',\"resource_type\":', to_json(resource_type), ',\"resource_id\":',"
                        + " coalesce(to_json(resource_id)::text, 'null'), ',\"details\":{\"x\":', to_json(text), '},\"ts\":\"',"
                        + " rtrim(rtrim(to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '0'), '.'), 'Z\"}'),"
                        + " '<', '\\u003c'), '>', '\\u003e'), 'UTF8')) FROM large" + last);
        AfProcess.Result result = verify(database);
        AfProcess.Result backup = new AfProcess(folder).on(database).run("backup", "create");

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(backup.exitCode()).as(backup.toString()).isZero();
    }

    @Test
    void aHashOfAbsurdLengthBreaksTheChainAndNotTheCheck() {
        ADatabase database = postgres.database("audit_long_hash").agentflow();
        database.with("UPDATE audits SET hash = convert_to(repeat('x', 60000000), 'UTF8') WHERE id = " + SOME)
                .with("UPDATE audits SET prev_hash = convert_to(repeat('y', 60000000), 'UTF8') WHERE id ="
                        + " (SELECT id FROM audits ORDER BY tenant_id, ts OFFSET 7 LIMIT 1)");

        AfProcess.Result result = verify(database);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(9);
        assertThat(kinds(result.json())).containsExactlyInAnyOrder("link", "link", "content", "content");
    }

    @Test
    void withoutAnAuditTableThereIsNothingToVerify() {
        ADatabase database = postgres.database("audit_none").with("CREATE TABLE audits (id int)");

        assertThat(verify(database).exitCode()).isEqualTo(6);
    }

    @Test
    void aBackupRecordsTheChainsAndARestoreBringsThemBackAsTheyWere() {
        ADatabase database = postgres.database("audit_restored").agentflow();
        database.with("DELETE FROM audits WHERE id = " + SOME);
        AfProcess af = new AfProcess(folder).on(database);
        assertThat(af.run("backup", "create").exitCode()).isZero();
        JsonNode chains = af.run("backup", "show", "latest", "--json").json().findPath("auditChains");

        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes");

        assertThat(chains).hasSize(5);
        assertThat(chains.findValues("brokenLinks").stream()
                        .mapToInt(JsonNode::asInt)
                        .sum())
                .isEqualTo(1);
        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(restored.out()).contains("audit chains of 5 tenants");
    }
}
