package io.agentflow.dr.cli;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.UsageError;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The tree of commands. */
public final class AfCommandLine {
    private static final List<String> FOOTER = List.of(
            "",
            "Exit codes: 0 ok, 1 failed, 2 usage, 3 done with warnings, 4 refused before anything was touched,",
            "5 cancelled, 6 not found, 7 busy, 8 unreachable, 9 verification failed, 130/143 signals.");

    private AfCommandLine() {}

    @Command(name = "af", description = "Disaster recovery for PostgreSQL: backups that prove what they hold.")
    private static final class Af {}

    @Command(name = "backup", description = "Make, list, show, verify, restore and delete backups.")
    private static final class Backup {}

    @Command(name = "audit", description = "Check AgentFlow's audit chains.")
    private static final class Audit {}

    @Command(name = "config", description = "Show the configuration.")
    private static final class Config {}

    @Command(name = "dead-letters", description = "List, show, replay and discard the reports of failed operations.")
    private static final class DeadLetters {}

    @Command(name = "journal", description = "Show and check the journal of all operations.")
    private static final class JournalCommands {}

    /** Runs the command of these arguments and returns its exit code. */
    public static int run(Session session, String version, String... arguments) {
        CommandLine af = tree(session, version);
        af.setParameterExceptionHandler((e, args) -> wrong(session, e, args));
        af.setExecutionExceptionHandler((e, command, parsed) -> bug(session, e));
        int code = af.execute(arguments);
        boolean written = session.terminal().flush();
        return code == ExitCode.OK.number() && !written ? ExitCode.WARNINGS.number() : code;
    }

    /** All commands and their options. */
    static CommandLine tree(Session session, String version) {
        CommandLine backup = new CommandLine(new Backup())
                .addSubcommand(new BackupCreateCommand(session))
                .addSubcommand(new BackupListCommand(session))
                .addSubcommand(new BackupShowCommand(session))
                .addSubcommand(new BackupVerifyCommand(session))
                .addSubcommand(new BackupRestoreCommand(session))
                .addSubcommand(new BackupDeleteCommand(session));
        CommandLine af = new CommandLine(new Af())
                .addSubcommand(backup)
                .addSubcommand(new CommandLine(new Audit()).addSubcommand(new AuditVerifyCommand(session)))
                .addSubcommand(new CommandLine(new JournalCommands())
                        .addSubcommand(new JournalShowCommand(session))
                        .addSubcommand(new JournalVerifyCommand(session)))
                .addSubcommand(new CommandLine(new DeadLetters())
                        .addSubcommand(new DeadLettersListCommand(session))
                        .addSubcommand(new DeadLettersShowCommand(session))
                        .addSubcommand(new DeadLettersReplayCommand(session, version))
                        .addSubcommand(new DeadLettersDiscardCommand(session)))
                .addSubcommand(new CommandLine(new Config()).addSubcommand(new ConfigShowCommand(session)))
                .addSubcommand(new ServeCommand(session));
        withHelp(af, version);
        return af;
    }

    private static void withHelp(CommandLine command, String version) {
        CommandSpec spec = command.getCommandSpec();
        spec.addOption(OptionSpec.builder("--help")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        spec.usageMessage().footer(FOOTER.toArray(String[]::new));
        if (spec.parent() == null) {
            spec.version("af " + version);
            spec.addOption(OptionSpec.builder("--version")
                    .versionHelp(true)
                    .description("Show the version.")
                    .build());
        }
        command.getSubcommands().values().forEach(sub -> withHelp(sub, version));
    }

    private static int wrong(Session session, ParameterException e, String[] arguments) {
        String message = String.valueOf(e.getMessage());
        boolean missingCommand =
                e.getCommandLine().getSubcommands().size() > 0 && message.contains("Missing required subcommand");
        UsageError error = new UsageError(
                missingCommand
                        ? "a command is missing"
                        : Character.toLowerCase(message.charAt(0)) + message.substring(1),
                "See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        if (Arrays.asList(arguments).contains("--json")) {
            session.terminal().data(JsonDocument.failed("Usage", error, "").toString());
        }
        session.terminal().say(session.terminal().bad("✗ ") + error.fact());
        CommandLine.UnmatchedArgumentException.printSuggestions(
                e, new java.io.PrintWriter(System.err, true, java.nio.charset.StandardCharsets.UTF_8));
        session.terminal().say("  " + error.hint());
        return ExitCode.USAGE.number();
    }

    private static int bug(Session session, Exception e) {
        session.terminal().say(session.terminal().bad("✗ ") + "this is a bug in af: " + e);
        java.io.StringWriter stack = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(stack));
        session.terminal().say(stack.toString());
        session.terminal().say("  Please report it with the lines above.");
        return ExitCode.FAILED.number();
    }
}
