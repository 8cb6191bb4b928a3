package io.agentflow.dr.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.AfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutesTest {
    @TempDir
    Path folder;

    @Test
    void anEmptyFolderIsRefused() {
        assertThatThrownBy(
                        () -> Routes.start(folder, Map.of(), new Properties()).close())
                .isInstanceOf(AfException.class)
                .hasMessageContaining("there is no route backup-create");
    }

    @Test
    void brokenYamlIsRefusedWithItsPlace() throws IOException {
        Files.writeString(folder.resolve("broken.camel.yaml"), "- route:\n    id: [\n");

        assertThatThrownBy(
                        () -> Routes.start(folder, Map.of(), new Properties()).close())
                .isInstanceOf(AfException.class)
                .hasMessageContaining("cannot be used");
    }

    @Test
    void aFileOfTheUsersStandsInForTheOneOfTheSameNameAndExamplesAreLeftWhereTheyLie() throws IOException {
        Path own = Files.createDirectory(folder.resolve("own"));
        Path shipped = Files.createDirectories(folder.resolve("shipped/backup")).getParent();
        Files.createDirectory(shipped.resolve("examples"));
        Files.writeString(shipped.resolve("backup/one.camel.yaml"), "shipped");
        Files.writeString(shipped.resolve("backup/two.camel.yaml"), "shipped");
        Files.writeString(shipped.resolve("examples/three.camel.yaml"), "example");
        Files.writeString(own.resolve("one.camel.yaml"), "own");

        RouteTexts texts = RouteTexts.read(shipped, own);

        assertThat(texts.files())
                .containsOnly(
                        Map.entry(own.resolve("one.camel.yaml"), "own"),
                        Map.entry(shipped.resolve("backup/two.camel.yaml"), "shipped"));
    }
}
