package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup can be restored without af, by the commands of its own RESTORE.md. */
class StockToolsIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    @Test
    void restoreMdAloneBringsTheDatabaseBackOnANewCluster() throws IOException {
        ADatabase database = postgres.database("stock").script(Project.file("src/test/resources/sample/zoo.sql"));
        AfProcess.Result created = new AfProcess(folder).on(database).run("backup", "create", "--json");
        Path backup = folder.resolve(created.json().path("path").asText());
        List<String> commands = commands(Files.readString(backup.resolve("RESTORE.md")));
        assertThat(commands).hasSize(5);

        try (LocalPostgres other = LocalPostgres.start()) {
            Map<String, String> environment = Map.of(
                    "PGHOST",
                    "127.0.0.1",
                    "PGPORT",
                    String.valueOf(other.port()),
                    "PGUSER",
                    "postgres",
                    "PGPASSWORD",
                    LocalPostgres.PASSWORD,
                    "PATH",
                    other.bin() + ":" + System.getenv("PATH"));
            for (String command : commands) {
                AfProcess.output(List.of("bash", "-c", "cd '" + backup + "' && " + command), environment);
            }

            assertThat(other.dump("restored")).isEqualTo(database.dump());
        }
    }

    /** The indented blocks of the instructions, each one command. */
    private static List<String> commands(String instructions) {
        return java.util.Arrays.stream(instructions.split("\n\n"))
                .filter(block -> block.startsWith("       "))
                .map(block -> block.replaceAll("(?m)^ {7}", ""))
                .toList();
    }
}
