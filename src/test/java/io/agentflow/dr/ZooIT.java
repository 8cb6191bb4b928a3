package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Project;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL's whole zoo of objects goes out and comes back. */
class ZooIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    @Test
    void everyKindOfObjectComesBackTheSame() {
        ADatabase zoo = postgres.database("zoo").script(Project.file("src/test/resources/sample/zoo.sql"));
        String before = zoo.dump();

        JsonNode restored = roundTrip(zoo);

        assertThat(restored.path("proof").path("different")).isEmpty();
        assertThat(restored.path("proof").path("identical").asInt())
                .isEqualTo(restored.path("proof").path("tables").asInt())
                .isGreaterThan(200);
        assertThat(zoo.dump()).isEqualTo(before);
    }

    @Test
    void columnsThatComeBackInAnotherOrderAreStillProvenEqual() {
        ADatabase zoo =
                postgres.database("zoo_reordered").script(Project.file("src/test/resources/sample/zoo-reordered.sql"));

        JsonNode restored = roundTrip(zoo);

        assertThat(restored.path("status").asText()).as(restored.toString()).isEqualTo("ok");
        assertThat(restored.path("proof").path("different")).isEmpty();
    }

    @Test
    void row16_aThousandPartitionsComeBack() {
        ADatabase many =
                postgres.database("partitions").script(Project.file("src/test/resources/sample/partitions-1000.sql"));
        String before = many.dump();

        JsonNode restored = roundTrip(many);

        assertThat(restored.path("proof").path("tables").asInt()).isGreaterThanOrEqualTo(1000);
        assertThat(many.dump()).isEqualTo(before);
    }

    private JsonNode roundTrip(ADatabase database) {
        AfProcess af = new AfProcess(folder).on(database);
        AfProcess.Result created = af.run("backup", "create", "--json");
        assertThat(created.exitCode()).as(created.toString()).isZero();
        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");
        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        AfProcess.Result dropped = af.run("backup", "restore", "--drop-old", "--yes");
        assertThat(dropped.exitCode()).as(dropped.toString()).isZero();
        return restored.json();
    }
}
