package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The structure alone: into a new database, and over one that holds tables only by the swap. */
class SchemaRestoreIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private ADatabase source;
    private String structure;

    @BeforeEach
    void backUp() {
        source = postgres.database("structure")
                .agentflow()
                .with(
                        "CREATE MATERIALIZED VIEW public.totals AS SELECT count(*) FROM public.messages; CREATE SEQUENCE public.numbers START 7");
        structure = postgres.tool("pg_dump", "structure", "--schema-only");
        AfProcess.Result made = new AfProcess(folder).on(source).run("backup", "create");
        assertThat(made.exitCode()).as(made.toString()).isZero();
    }

    @Test
    void aNewDatabaseGetsTheStructureAndNoRows() {
        AfProcess.Result restored = new AfProcess(folder)
                .with("AF_TARGET_DATABASE_URL", postgres.uri("structure_alone"))
                .run("backup", "restore", "latest", "schema", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(restored.json().path("type").asText()).isEqualTo("schema");
        assertThat(restored.json().path("proof").path("level").asText()).isEqualTo("none");
        assertThat(unrestricted(postgres.tool("pg_dump", "structure_alone", "--schema-only")))
                .isEqualTo(unrestricted(structure));
        assertThat(postgres.existing("structure_alone").number("SELECT count(*) FROM public.messages"))
                .isZero();
    }

    @Test
    void theRowsOfAnExistingDatabaseStayInTheOneThatStepsAside() {
        long messages = source.number("SELECT count(*) FROM public.messages");

        AfProcess.Result restored =
                new AfProcess(folder).on(source).run("backup", "restore", "latest", "schema", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(source.number("SELECT count(*) FROM public.messages")).isZero();
        String previous = restored.json().path("previousDatabase").asText();
        assertThat(postgres.existing(previous).number("SELECT count(*) FROM public.messages"))
                .isEqualTo(messages);
        AfProcess.Result undone = new AfProcess(folder).on(source).run("backup", "restore", "--undo", "--yes");
        assertThat(undone.exitCode()).as(undone.toString()).isZero();
        assertThat(source.number("SELECT count(*) FROM public.messages")).isEqualTo(messages);
    }

    @Test
    void saysThatNoRowsComeBackBeforeItAsks() {
        AfProcess.Result refused = new AfProcess(folder).on(source).run("backup", "restore", "latest", "schema");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("no rows");
        AfProcess.Result plan = new AfProcess(folder).on(source).run("backup", "restore", "latest", "schema", "--plan");
        assertThat(plan.out()).contains("'structure' has no rows afterwards");
    }

    private static String unrestricted(String dump) {
        return dump.replaceAll("(?m)^\\\\(un)?restrict .*$", "");
    }
}
