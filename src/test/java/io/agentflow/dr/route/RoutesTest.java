package io.agentflow.dr.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
    @TempDir
    Path folder;

    private void start() {
        Routes.start(
                        Routes.prepare(),
                        RouteTexts.read(folder, null),
                        "direct:backup-create",
                        Map.of(),
                        new Properties())
                .close();
    }

    private static List<String> reached(String entry, RouteTexts texts, String... values) {
        return texts.reachedFrom(entry, List.of(values)).files().keySet().stream()
                .map(file -> String.valueOf(file.getFileName()).replaceFirst("\\..*", ""))
                .toList();
    }

    @Test
    void aCommandTakesWhatCanBeReachedAndWhatCountsForAll() {
        RouteTexts shipped = RouteTexts.read(Project.file("routes"), null);

        assertThat(reached("direct:backup-create", shipped))
                .contains("backup-create", "backup-dump-data", "after-publish", "dead-letter", "caller-decides")
                .contains("schedule") // a template: whoever counts may make a route of it
                .doesNotContain("backup-restore", "restore-load", "backup-verify");
        assertThat(reached("direct:backup-restore", shipped))
                .contains("backup-restore", "restore-load", "critical-attempt", "operation-errors")
                .doesNotContain("backup-create", "before-dump");
        assertThat(reached("direct:backup-create", shipped, "direct:restore-undo"))
                .contains("restore-undo");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- from:\n    uri: direct\n    parameters:\n      name: b\n",
                "- from:\n    uri: \"direct\"\n    parameters: {name: b}\n",
                "- from: {uri: direct, parameters: {name: b}}\n",
                "- from:\n    uri: direct://b\n"
            })
    void nothingIsLeftOutWhereAnEndpointIsWrittenInAnotherWay(String other) {
        RouteTexts texts = new RouteTexts(Map.of(Path.of("a"), "- from:\n    uri: direct:a\n", Path.of("b"), other));

        assertThat(texts.reachedFrom("direct:a", List.of())).isEqualTo(texts);
    }

    @Test
    void nothingIsLeftOutWhereANameIsComputed() {
        RouteTexts texts = new RouteTexts(Map.of(
                Path.of("a"), "- route:\n    from: {uri: \"direct:a\", steps: [{toD: \"direct:${header.next}\"}]}",
                Path.of("b"), "- route:\n    from: {uri: \"direct:b\"}"));

        assertThat(texts.reachedFrom("direct:a", List.of())).isEqualTo(texts);
    }

    @Test
    void anEmptyFolderIsRefused() {
        assertThatThrownBy(() -> start())
                .isInstanceOf(AfException.class)
                .hasMessageContaining("there is no route backup-create");
    }

    @Test
    void brokenYamlIsRefusedWithItsPlace() throws IOException {
        Files.writeString(folder.resolve("broken.camel.yaml"), "- route:\n    id: [\n    # direct:backup-create\n");

        assertThatThrownBy(() -> start()).isInstanceOf(AfException.class).hasMessageContaining("cannot be used");
    }

    @Test
    void aComponentThatIsNotThereIsNamedWithTheWayToIt() throws IOException {
        Files.writeString(folder.resolve("tried.camel.yaml"), """
                - route:
                    id: tried
                    from:
                      uri: direct:tried
                      steps:
                        - to:
                            uri: smb://127.0.0.1:9/share
                """);

        assertThatThrownBy(() -> Routes.check(RouteTexts.read(folder, null), Map.of(), new Properties()))
                .isInstanceOf(AfException.class)
                .hasMessageContainingAll("route tried", "smb://127.0.0.1:9/share", "fetch-component.sh");
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
