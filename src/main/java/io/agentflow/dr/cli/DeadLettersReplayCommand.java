package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.LibpqEnvironment;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.deadletter.DeadLetterFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af dead-letters replay}. */
@Command(
        name = "replay",
        description = "Do again what failed; a report that was replayed is put aside, and not replayed twice.")
final class DeadLettersReplayCommand extends AfCommand {
    private static final String TARGET = "--target-database-url";

    @Parameters(index = "0", paramLabel = "ID", description = "The operation's id, a part of it, or latest.")
    String selector = "";

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    boolean yes;

    DeadLettersReplayCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "DeadLettersReplay";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        DeadLetterFolder folder = DeadLettersListCommand.folder(config);
        String id = folder.select(selector);
        List<String> arguments = new ArrayList<>(folder.arguments(id));
        terminal().say("af " + arguments.stream().map(ShellWord::of).collect(Collectors.joining(" ")));
        leaveOutConfigured(arguments, config);
        if (json) {
            arguments.add("--json");
        }
        if (yes && arguments.contains("restore")) {
            arguments.add("--yes");
        }
        if (configFile != null) {
            arguments.addAll(List.of("--config", configFile.toString()));
        }
        int code = AfCommandLine.run(session(), arguments.toArray(String[]::new));
        ExitCode ended = ExitCode.of(code);
        if (ended == ExitCode.OK || ended == ExitCode.WARNINGS) {
            folder.replayed(id);
        }
        return ended;
    }

    /** No report holds a password: where the configured database is meant, it is taken with its own. */
    private void leaveOutConfigured(List<String> arguments, AfConfig config) {
        int at = Math.max(arguments.indexOf("-d"), arguments.indexOf(TARGET));
        if (at >= 0
                && at + 1 < arguments.size()
                && configured(arguments.get(at), config).meant(arguments.get(at + 1))) {
            arguments.remove(at + 1);
            arguments.remove(at);
        } else if (at >= 0 && at + 1 < arguments.size()) {
            Map<String, String> given = DatabaseUrl.parse(arguments.get(at + 1)).keywords();
            config.databaseNames().stream()
                    .filter(name -> address(config.of(name)).keywords().equals(given))
                    .findFirst()
                    .ifPresent(name -> arguments.set(at + 1, name));
        }
    }

    private DatabaseUrl address(AfConfig config) {
        return LibpqEnvironment.complete(
                DatabaseUrl.parse(config.text(ConfigKey.DATABASE_URL)),
                session().environment());
    }

    private Configured configured(String option, AfConfig config) {
        String target = config.text(ConfigKey.TARGET_DATABASE_URL);
        return new Configured(
                option.equals(TARGET) && !target.isEmpty()
                        ? LibpqEnvironment.complete(
                                DatabaseUrl.parse(target), session().environment())
                        : new ConnectionOptions().resolve(config, session().environment()));
    }

    /** What a command without any option would connect to. */
    private record Configured(DatabaseUrl url) {
        /** A configured URL without a database means that of the backup. */
        boolean meant(String connectionString) {
            DatabaseUrl given = DatabaseUrl.parse(connectionString);
            DatabaseUrl same = url.keywords().containsKey("dbname")
                    ? url
                    : url.with("dbname", given.database().text());
            return same.keywords().equals(given.keywords());
        }
    }
}
