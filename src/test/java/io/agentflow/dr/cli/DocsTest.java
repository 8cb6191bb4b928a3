package io.agentflow.dr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/** What README.md and docs/ say of files, commands, keys and codes is so. */
class DocsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```[a-z]*\\n(.*?)^```");
    private static final Pattern IN_LINE = Pattern.compile("`(af [a-z][^`]*)`");
    private static final Pattern TYPED = Pattern.compile("(?m)^(?:\\$ )?(af [a-z-].*)$");
    private static final Pattern SOURCE =
            Pattern.compile("`((?:[a-z]+/[A-Za-z]+\\.java)|(?:(?:routes|scripts)/[a-z/.-]+[a-z]))`");

    @TestFactory
    Stream<DynamicTest> linksPointToFilesThatAreThere() {
        return pages().flatMap(page -> matches(LINK, text(page))
                .map(match -> match.group(1).replaceFirst("#.*", ""))
                .filter(link -> !link.isEmpty() && !link.contains("://"))
                .distinct()
                .map(link -> DynamicTest.dynamicTest(
                        name(page) + " → " + link,
                        () -> assertThat(page.resolveSibling(link)).exists())));
    }

    @TestFactory
    Stream<DynamicTest> commandsParse() {
        return pages().flatMap(page -> commands(text(page))
                .distinct()
                .map(command -> DynamicTest.dynamicTest(name(page) + ": " + command, () -> parses(command))));
    }

    @Test
    void theArchitectureNamesFilesThatAreThere() {
        List<Path> named = matches(SOURCE, text(Project.file("docs/architecture.md")))
                .map(match -> match.group(1))
                .map(file -> file.endsWith(".java")
                        ? Project.file("src/main/java/io/agentflow/dr/" + file)
                        : Project.file(file))
                .toList();

        assertThat(named)
                .hasSizeGreaterThan(50)
                .allSatisfy(file -> assertThat(file).exists());
    }

    @Test
    void theArchitectureNamesEveryRoute() throws IOException {
        String architecture = text(Project.file("docs/architecture.md"));
        try (Stream<Path> files = Files.walk(Project.file("routes"))) {
            List<String> routes = files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("/examples/"))
                    .filter(file -> text(file).contains("- route:"))
                    .map(file -> file.getFileName().toString().replace(".camel.yaml", ""))
                    .toList();

            assertThat(routes)
                    .hasSizeGreaterThan(10)
                    .allSatisfy(route -> assertThat(architecture).contains("| `" + route + "` |"));
        }
    }

    @Test
    void theExamplesAreShownAsTheyAre() throws IOException {
        String page = text(Project.file("docs/extending.md"))
                + text(Project.file("docs/stores/sftp.md"))
                + text(Project.file("docs/stores/web.md"));
        try (Stream<Path> files = Files.walk(Project.file("routes/examples"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(page).contains("```yaml\n" + text(file) + "```"));
        }
    }

    @Test
    void everyPageWithCommandsIsLookedAt() {
        assertThat(commands(text(Project.file("README.md"))))
                .contains("af backup create", "af backup restore latest", "af backup restore --undo")
                .hasSizeGreaterThan(10);
    }

    @Test
    void theTableOfExitCodesListsEveryCode() {
        String readme = text(Project.file("README.md"));
        String table = readme.substring(readme.indexOf("## Exit codes"), readme.indexOf("## Configuration"));

        assertThat(Arrays.stream(ExitCode.values()).map(code -> "| " + code.number() + " |"))
                .allSatisfy(row -> assertThat(table).contains(row));
    }

    private static void parses(String command) {
        String[] words = command.replaceFirst("^af ", "")
                // A bare name of a command, without what it needs.
                .replaceFirst("^((?:backup|request|key) [a-z]+)$", "$1 --help")
                // What stands for something, and what may be left out, is written as it would be typed.
                .replace("[full]", "full")
                .replaceAll("[\\[\\]]", "")
                .replace("--jobs N", "--jobs 4")
                .split("\\s+");
        CommandLine tree =
                AfCommandLine.tree(new Session(Terminal.system(), Map.of(), Clock.systemUTC(), "docs", config -> {
                    throw new AssertionError("nothing is run here");
                }));
        assertThatCode(() -> tree.parseArgs(words)).as(command).doesNotThrowAnyException();
    }

    private static Stream<String> commands(String text) {
        Stream<MatchResult> typed = matches(FENCED, text).flatMap(block -> matches(TYPED, block.group(1)));
        return Stream.concat(typed, matches(IN_LINE, text))
                .map(match -> match.group(1)
                        .replaceFirst("\\s+#.*", "")
                        .replaceFirst("\\s*\\\\?[|].*", "")
                        .strip())
                // Of the reference, whose pages the program writes, these are headings and texts.
                .filter(command -> !command.matches("af (serve|routes|doctor|audit|journal)( \\[.*|)|.*\\[-.*"));
    }

    private static Stream<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static Stream<Path> pages() {
        try (Stream<Path> files = Files.walk(Project.file("docs"))) {
            return Stream.concat(Stream.of(Project.file("README.md")), files.toList().stream())
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path page) {
        return Project.file("").relativize(page).toString();
    }

    private static String text(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
