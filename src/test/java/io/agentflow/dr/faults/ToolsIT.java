package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.PostgresVersion;
import io.agentflow.dr.testing.ToolsAtHand;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client programs of one version against the server of another, and none at all. */
class ToolsIT {
    private static final PostgresVersion V13 = new PostgresVersion(13);
    private static final PostgresVersion V15 = new PostgresVersion(15);
    private static final PostgresVersion V18 = new PostgresVersion(18);

    @TempDir
    Path folder;

    private static ADatabase agentflow(PostgresVersion version) {
        return version.cluster().database("agentflow_tools").agentflow();
    }

    private static String dumpedWith(AfProcess af) {
        assertThat(af.run("backup", "create").exitCode()).isZero();
        JsonNode shown = af.run("backup", "show", "latest", "--json").json();
        return shown.path("manifest")
                .path("source")
                .path("tools")
                .path("pg_dump")
                .asText();
    }

    private static void assertRefused(AfProcess.Result result, String fact, String hint) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(4);
        assertThat(result.err()).contains(fact).contains(hint);
    }

    private void assertNothingPublished() {
        AfProcess.Result listed = new AfProcess(folder).run("backup", "list", "--json");
        assertThat(listed.json().path("backups")).as(listed.toString()).isEmpty();
    }

    @Test
    void row12_ofSeveralPgDumpsTheOneThatFitsIsTaken() {
        ADatabase database = agentflow(V13);

        assertThat(dumpedWith(ToolsAtHand.first(folder, V18, V15).on(database))).startsWith("15.");
        assertThat(dumpedWith(ToolsAtHand.first(folder, V18, V15, V13).on(database)))
                .startsWith("13.");
    }

    @Test
    void row12_aPgDumpOlderThanTheServerIsRefused() {
        ADatabase database = agentflow(V18);

        AfProcess.Result refused = ToolsAtHand.only(folder, V15).on(database).run("backup", "create");

        assertRefused(refused, "pg_dump here is [15.", "apt-get install postgresql-client-18");
        assertThat(refused.err()).contains("the server is PostgreSQL 18.");
        assertNothingPublished();
    }

    @Test
    void row12_aPgRestoreOlderThanTheBackupIsRefused() {
        ADatabase database = agentflow(V18);
        assertThat(dumpedWith(ToolsAtHand.first(folder, V18).on(database))).startsWith("18.");
        String before = database.dump();

        AfProcess.Result refused =
                ToolsAtHand.only(folder, V15).on(database).run("backup", "restore", "latest", "--yes");

        assertRefused(refused, "made by pg_dump 18", "apt-get install postgresql-client-18");
        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void row12_withoutPgDumpTheCommandThatInstallsItIsSaid() {
        ADatabase database = agentflow(V13);

        AfProcess.Result refused = ToolsAtHand.none(folder).on(database).run("backup", "create");

        assertRefused(refused, "pg_dump is not installed", "apt-get install postgresql-client-13");
        assertNothingPublished();
    }

    @Test
    void row12_newerProgramsBackUpAndRestoreAnOlderServerWithoutAWord() {
        ADatabase database = agentflow(V13);
        String before = database.dump();
        AfProcess af = ToolsAtHand.only(folder, V18).on(database);
        assertThat(dumpedWith(af)).startsWith("18.");

        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(restored.json().path("warnings")).isEmpty();
        assertThat(database.dump()).isEqualTo(before);
    }
}
