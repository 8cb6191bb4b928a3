package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.deadletter.DeadLetterFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af dead-letters replay}. */
@Command(
        name = "replay",
        description = "Do again what failed; a report that was replayed is put aside, and not replayed twice.")
final class DeadLettersReplayCommand extends AfCommand {
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
        int at = arguments.indexOf("-d");
        String configured = new ConnectionOptions()
                .resolve(config, session().environment())
                .withoutPassword()
                .masked();
        if (at >= 0 && at + 1 < arguments.size() && arguments.get(at + 1).equals(configured)) {
            arguments.remove(at + 1);
            arguments.remove(at);
        }
    }
}
