package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job from end to end: create, list, show, verify, restore, undo, drop, by the launcher that users type. */
class MainJobIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    @Test
    void backsUpAndBringsBackWhatWasLost() {
        ADatabase database = postgres.database("main_job").agentflow();
        String before = database.dump();
        AfProcess af = new AfProcess(folder).on(database);

        JsonNode created = af.run("backup", "create", "--json").json();
        assertThat(created.path("status").asText()).as(created.toString()).isEqualTo("ok");
        String id = created.path("id").asText();
        assertThat(created.path("tables").asInt()).isEqualTo(11);
        assertThat(created.path("components").findValuesAsText("kind"))
                .containsExactly("globals", "schema", "data", "critical");

        assertThat(af.run("backup", "verify", id, "--json")
                        .json()
                        .path("success")
                        .asBoolean())
                .isTrue();
        database.with("DROP TABLE users CASCADE; UPDATE messages SET payload = '{}'");

        JsonNode restored = af.run("backup", "restore", id, "--yes", "--json").json();
        assertThat(restored.path("status").asText()).as(restored.toString()).isEqualTo("ok");
        assertThat(restored.path("proof").path("identical").asInt()).isEqualTo(11);
        assertThat(database.dump()).isEqualTo(before);

        JsonNode undone =
                af.run("backup", "restore", "--undo", "--yes", "--json").json();
        assertThat(undone.path("status").asText()).as(undone.toString()).isEqualTo("ok");
        assertThat(database.texts("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"))
                .doesNotContain("users");

        JsonNode redone =
                af.run("backup", "restore", "--undo", "--yes", "--json").json();
        assertThat(redone.path("status").asText()).as(redone.toString()).isEqualTo("ok");
        assertThat(database.dump()).isEqualTo(before);

        AfProcess.Result dropped = af.run("backup", "restore", "--drop-old", "--yes");
        assertThat(dropped.exitCode()).as(dropped.toString()).isZero();
        assertThat(postgres.databases())
                .filteredOn(name -> name.startsWith("main_job"))
                .containsExactly("main_job");
    }
}
