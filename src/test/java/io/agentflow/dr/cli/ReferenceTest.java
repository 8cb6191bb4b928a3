package io.agentflow.dr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.DatabaseKey;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** docs/reference/ says what the program says of itself. {@code scripts/reference.sh} writes it anew. */
class ReferenceTest {
    private static final int WIDTH = 120;

    @Test
    void theConfigurationIsDescribedAsItIs() throws IOException {
        StringBuilder page = page("Configuration")
                .append(
                        "Where the file is looked for, and what comes before what: see the [README](../../README.md).\n\n")
                .append("| key | default | meaning | variable |\n|---|---|---|---|\n");
        for (ConfigKey key : ConfigKey.values()) {
            page.append("| `")
                    .append(key.key())
                    .append("` | ")
                    .append(code(key.fallback()))
                    .append(" | ")
                    .append(key.meaning())
                    .append(" | `")
                    .append(key.variable())
                    .append("` |\n");
        }
        page.append("\n## Keys of one database\n\n`<name>` is what schedules, metrics and messages call it.\n\n")
                .append("| key | meaning | without it |\n|---|---|---|\n");
        for (DatabaseKey key : DatabaseKey.values()) {
            page.append("| `af.database.<name>.")
                    .append(key.key())
                    .append("` | ")
                    .append(key.meaning())
                    .append(" | ")
                    .append(key.fallback().startsWith("af.") ? code(key.fallback()) : key.fallback())
                    .append(" |\n");
        }
        page.append("\n## Keys of one store\n\n`<name>` is what commands, lists and metrics call it: ")
                .append("see [stores](../stores/README.md#several-stores).\n\n")
                .append("| key | meaning | without it |\n|---|---|---|\n")
                .append("| `af.store.<name>` | the store: a directory or a URI | must be given |\n")
                .append("| `af.store.<name>.retention.keep-…` | its own rule, before that of a database | ")
                .append("`af.database.<name>.retention.keep-…` |\n");
        page.append("\n## Keys of your own\n\n`af.route.…` is a placeholder of your own routes: `{{af.route.…}}`;")
                .append(
                        " see [extending](../extending.md). The keys of those who sign requests, `af.request.key.<id>.…`: see [messages](messages.md).\n\n")
                .append(
                        "In the file, every key also exists with `-file` behind it: the value is then read from that file.\n");
        same("config.md", page);
    }

    @Test
    void theExitCodesAreDescribedAsTheyAre() throws IOException {
        StringBuilder page = page("Exit codes")
                .append("Frozen: scripts rely on them. Any other number than 0 means failure, too.\n\n")
                .append("| code | meaning |\n|---|---|\n");
        for (ExitCode code : ExitCode.values()) {
            page.append("| ")
                    .append(code.number())
                    .append(" | ")
                    .append(code.meaning())
                    .append(" |\n");
        }
        page.append(
                "| 130, 143 | ended by SIGINT, SIGTERM; nothing was published or swapped but what was said to be |\n");
        same("exit-codes.md", page);
    }

    @Test
    void theCommandLineIsDescribedAsItIs() throws IOException {
        Session session = new Session(Terminal.system(), Map.of(), Clock.systemUTC(), "docs", config -> {
            throw new AssertionError("nothing is run here");
        });
        StringBuilder page = page("Command line");
        describe(AfCommandLine.tree(session), page);
        same("cli.md", page);
    }

    private static void describe(CommandLine command, StringBuilder page) {
        CommandLine.Model.UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        usage.footer(new String[0]);
        usage.width(WIDTH);
        String name = command.getCommandSpec().qualifiedName();
        page.append("## ")
                .append(name)
                .append("\n\n```text\n")
                .append(command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                        .replaceAll("(?m)[ \\t]+$", "")
                        .strip())
                .append("\n```\n\n");
        command.getSubcommands().values().forEach(below -> describe(below, page));
    }

    private static StringBuilder page(String title) {
        return new StringBuilder("<!-- Written by scripts/reference.sh: change the program, not this file. -->\n\n# ")
                .append(title)
                .append("\n\n");
    }

    private static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    private static void same(String name, StringBuilder page) throws IOException {
        Path file = Project.file("docs/reference/" + name);
        String text = page.toString().stripTrailing() + "\n";
        if (Boolean.getBoolean("af.reference.write")) {
            Files.writeString(file, text);
        }
        assertThat(file).as("run scripts/reference.sh").content().isEqualTo(text);
    }
}
