package io.agentflow.dr.cli;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.UsageError;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

    /** Every command, by its group; null and empty for one that stands alone. Not X::new: such lambdas are in no class-data archive. */
    private static final List<Entry> COMMANDS = List.of(
            new Entry(() -> new Backup(), "backup", "create", session -> new BackupCreateCommand(session)),
            new Entry(() -> new Backup(), "backup", "list", session -> new BackupListCommand(session)),
            new Entry(() -> new Backup(), "backup", "show", session -> new BackupShowCommand(session)),
            new Entry(() -> new Backup(), "backup", "verify", session -> new BackupVerifyCommand(session)),
            new Entry(() -> new Backup(), "backup", "restore", session -> new BackupRestoreCommand(session)),
            new Entry(() -> new Backup(), "backup", "delete", session -> new BackupDeleteCommand(session)),
            new Entry(() -> new Audit(), "audit", "verify", session -> new AuditVerifyCommand(session)),
            new Entry(() -> new JournalCommands(), "journal", "show", session -> new JournalShowCommand(session)),
            new Entry(() -> new JournalCommands(), "journal", "verify", session -> new JournalVerifyCommand(session)),
            new Entry(() -> new DeadLetters(), "dead-letters", "list", session -> new DeadLettersListCommand(session)),
            new Entry(() -> new DeadLetters(), "dead-letters", "show", session -> new DeadLettersShowCommand(session)),
            new Entry(
                    () -> new DeadLetters(),
                    "dead-letters",
                    "replay",
                    session -> new DeadLettersReplayCommand(session)),
            new Entry(
                    () -> new DeadLetters(),
                    "dead-letters",
                    "discard",
                    session -> new DeadLettersDiscardCommand(session)),
            new Entry(() -> new RoutesCommands(), "routes", "list", session -> new RoutesListCommand(session)),
            new Entry(() -> new RoutesCommands(), "routes", "check", session -> new RoutesCheckCommand(session)),
            new Entry(() -> new RoutesCommands(), "routes", "show", session -> new RoutesShowCommand(session)),
            new Entry(() -> new Config(), "config", "show", session -> new ConfigShowCommand(session)),
            new Entry(() -> new Requests(), "request", "sign", session -> new RequestSignCommand(session)),
            new Entry(() -> new Requests(), "request", "list", session -> new RequestListCommand(session)),
            new Entry(() -> new Requests(), "request", "show", session -> new RequestListCommand(session)),
            new Entry(null, "", "serve", session -> new ServeCommand(session)));

    /** Where a command stands, and how it is made. */
    private record Entry(
            @Nullable Supplier<Object> groupMade, String group, String name, Function<Session, AfCommand> made) {

        boolean isNamedBy(String... arguments) {
            List<String> path = groupMade == null ? List.of(name) : List.of(group, name);
            return arguments.length >= path.size()
                    && Arrays.asList(arguments).subList(0, path.size()).equals(path);
        }

        void addTo(CommandLine af, Session session) {
            parent(af).addSubcommand(name, made.apply(session));
        }

        private CommandLine parent(CommandLine af) {
            if (groupMade == null) {
                return af;
            }
            CommandLine there = af.getSubcommands().get(group);
            if (there != null) {
                return there;
            }
            CommandLine parent = new CommandLine(groupMade.get());
            af.addSubcommand(group, parent);
            return parent;
        }
    }

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

    @Command(name = "routes", description = "List, check and show the routes.")
    private static final class RoutesCommands {}

    @Command(name = "request", description = "Sign requests for operations, and show those that messages brought.")
    private static final class Requests {}

    /** Runs the command of these arguments and returns its exit code. */
    public static int run(Session session, String... arguments) {
        CommandLine af = named(session, arguments);
        af.setParameterExceptionHandler(new Wrong(session));
        af.setExecutionExceptionHandler(new Bug(session));
        int code = af.execute(arguments);
        boolean written = session.terminal().flush();
        return code == ExitCode.OK.number() && !written ? ExitCode.WARNINGS.number() : code;
    }

    /** All commands and their options. */
    static CommandLine tree(Session session) {
        return tree(session, COMMANDS);
    }

    /**
     * The command that these arguments name, alone in its tree: describing all the others takes longer than listing a
     * thousand backups. All of them where the arguments name none, for the help and the suggestions.
     */
    private static CommandLine named(Session session, String... arguments) {
        return COMMANDS.stream()
                .filter(command -> command.isNamedBy(arguments))
                .findFirst()
                .map(command -> tree(session, List.of(command)))
                .orElseGet(() -> tree(session));
    }

    private static CommandLine tree(Session session, List<Entry> commands) {
        CommandLine af = new CommandLine(new Af());
        commands.forEach(command -> command.addTo(af, session));
        withHelp(af, session.version());
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

    /** A class and no lambda: for a lambda the JVM links the interface, and then leaves it out of the class-data archive. */
    private record Wrong(Session session) implements CommandLine.IParameterExceptionHandler {
        @Override
        public int handleParseException(ParameterException e, String[] arguments) {
            return wrong(session, e, arguments);
        }
    }

    /** A class for the same reason. */
    private record Bug(Session session) implements CommandLine.IExecutionExceptionHandler {
        @Override
        public int handleExecutionException(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
            return bug(session, e);
        }
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
