package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.GoldenBackup;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Project;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 35 of the fault table: output that nobody reads, and questions that nobody can answer. */
class TerminalIT {
    @TempDir
    Path folder;

    private String shell(String command) {
        return AfProcess.output(
                List.of("bash", "-c", "cd '" + folder + "' && af='" + Project.file("scripts/af") + "'; " + command),
                Map.of());
    }

    @BeforeEach
    void aStore() {
        folder.resolve("backups").toFile().mkdir();
        GoldenBackup.copyInto(folder.resolve("backups"));
    }

    @Test
    void row35_aReaderThatLeavesAfterOneLine() {
        assertThat(shell("set -o pipefail; $af backup list | head -1")).startsWith("ID ");
    }

    @Test
    void row35_stdoutClosedOrFull() {
        assertThat(shell("$af backup list >&- 2>/dev/null; echo \"exit $?\"")).contains("exit 0");
        assertThat(shell("$af backup verify latest 2>&-; echo \"exit $?\"")).contains("exit 0");
    }

    @Test
    void row35_nobodyThereToConfirmADeletion() {
        assertThat(shell("$af backup delete latest </dev/null 2>&1; echo \"exit $?\""))
                .contains("--yes")
                .contains("exit 4");
        assertThat(folder.resolve("backups").resolve(GoldenBackup.ID.text())).isDirectory();
    }

    @Test
    void row35_whatIsTypedOnATerminalIsCompared() {
        assertThat(shell("echo wrong | script -qec \"$af backup delete latest\" /dev/null; echo \"exit $?\""))
                .contains("nothing was touched")
                .contains("exit 5");
        assertThat(shell("echo auny | script -qec \"$af backup delete latest\" /dev/null; echo \"exit $?\""))
                .contains("is deleted")
                .contains("exit 0");
    }

    @Test
    void row35_outputThatCouldNotBeWrittenIsSaid() {
        assertThat(shell("$af backup list 2>&1 >/dev/full; echo \"exit $?\""))
                .contains("standard output could not be written")
                .contains("exit 3");
        assertThat(shell("$af backup show nosuch --json 2>/dev/null >/dev/full; echo \"exit $?\""))
                .contains("exit 6");
    }

    @Test
    void row35_aBackupIsMadeThoughNobodyHearsOfIt() {
        LocalPostgres postgres = LocalPostgres.shared();
        ADatabase database = postgres.database("unheard").with("CREATE TABLE t AS SELECT 1 AS i");
        String create = "export AF_DATABASE_URL='" + database.uri() + "'; $af backup create s ";

        assertThat(shell(create + ">&- 2>&- <&-; echo \"exit $?\"")).contains("exit 0");
        assertThat(shell(create + "2>&1 >/dev/full; echo \"exit $?\"")).contains("exit 3");

        assertThat(shell("$af backup list s --json | grep -c '\"id\"'; $af backup verify latest s"))
                .startsWith("2")
                .contains("is whole");
    }

    @Test
    void row35_aRestoreAsksForTheNameOfTheDatabase() {
        ADatabase database = LocalPostgres.shared().database("asked").with("CREATE TABLE t AS SELECT 1 AS i");
        String af = "export AF_DATABASE_URL='" + database.uri() + "'; $af backup ";
        shell(af + "create s");
        database.with("UPDATE t SET i = 2");
        String restore = "echo %s | script -qec \"$af backup restore latest s\" /dev/null; echo \"exit $?\"";
        String url = "export AF_DATABASE_URL='" + database.uri() + "'; ";

        assertThat(shell(url + String.format(restore, "y")))
                .contains("nothing was touched")
                .contains("exit 5");
        assertThat(database.number("SELECT i FROM public.t")).isEqualTo(2);
        assertThat(shell(url + String.format(restore, "asked"))).contains("exit 0");
        assertThat(database.number("SELECT i FROM public.t")).isEqualTo(1);
    }

    @Test
    void wrongUsageIsExplainedAndHasItsExitCode() {
        assertThat(shell("$af backup lst 2>&1; echo \"exit $?\""))
                .contains("list")
                .contains("exit 2");
        assertThat(shell("$af backup show 2>&1; echo \"exit $?\"")).contains("exit 2");
        assertThat(shell("$af backup show nosuch --json 2>/dev/null; echo \"exit $?\""))
                .contains("\"status\" : \"failed\"")
                .contains("exit 6");
        assertThat(shell("echo 'af.jbos = 3' > af.properties; $af backup list 2>&1; echo \"exit $?\""))
                .contains("did you mean af.jobs?")
                .contains("exit 2");
    }
}
