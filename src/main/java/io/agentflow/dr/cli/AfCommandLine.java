package io.agentflow.dr.cli;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.UsageError;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The tree of commands. */
public final class AfCommandLine {
    private static final List<String> FOOTER = List.of(
            "",
            "Exit codes: 0 ok, 1 failed, 2 usage, 3 done with warnings, 4 refused before anything was touched,",
            "5 cancelled, 6 not found, 7 busy, 8 unreachable, 9 verification failed, 130/143 signals.");

    /** What the commands of a group are for. Described by code, as af itself is: to read annotations takes longer. */
    private static final Map<String, String> GROUPS = Map.of(
            "backup",
            "Make, list, show, verify, restore and delete backups.",
            "audit",
            "Check AgentFlow's audit chains.",
            "config",
            "Show the configuration.",
            "dead-letters",
            "List, show, replay and discard the reports of failed operations.",
            "journal",
            "Show and check the journal of all operations.",
            "routes",
            "List, check and show the routes.",
            "request",
            "Sign requests for operations, and show those that messages brought.");

    /** Every command, by its group; empty for one that stands alone. Not X::new: such lambdas are in no class-data archive. */
    private static final List<Entry> COMMANDS = List.of(
            new Entry("backup", "create", session -> new BackupCreateCommand(session)),
            new Entry("backup", "list", session -> new BackupListCommand(session)),
            new Entry("backup", "show", session -> new BackupShowCommand(session)),
            new Entry("backup", "verify", session -> new BackupVerifyCommand(session)),
            new Entry("backup", "restore", session -> new BackupRestoreCommand(session)),
            new Entry("backup", "delete", session -> new BackupDeleteCommand(session)),
            new Entry("audit", "verify", session -> new AuditVerifyCommand(session)),
            new Entry("journal", "show", session -> new JournalShowCommand(session)),
            new Entry("journal", "verify", session -> new JournalVerifyCommand(session)),
            new Entry("dead-letters", "list", session -> new DeadLettersListCommand(session)),
            new Entry("dead-letters", "show", session -> new DeadLettersShowCommand(session)),
            new Entry("dead-letters", "replay", session -> new DeadLettersReplayCommand(session)),
            new Entry("dead-letters", "discard", session -> new DeadLettersDiscardCommand(session)),
            new Entry("routes", "list", session -> new RoutesListCommand(session)),
            new Entry("routes", "check", session -> new RoutesCheckCommand(session)),
            new Entry("routes", "show", session -> new RoutesShowCommand(session)),
            new Entry("config", "show", session -> new ConfigShowCommand(session)),
            new Entry("request", "sign", session -> new RequestSignCommand(session)),
            new Entry("request", "list", session -> new RequestListCommand(session)),
            new Entry("request", "show", session -> new RequestListCommand(session)),
            new Entry("", "serve", session -> new ServeCommand(session)));

    /** Where a command stands, and how it is made. */
    private record Entry(String group, String name, Function<Session, AfCommand> made) {

        List<String> path() {
            return group.isEmpty() ? List.of(name) : List.of(group, name);
        }

        boolean isNamedBy(String... arguments) {
            return arguments.length >= path().size()
                    && Arrays.asList(arguments).subList(0, path().size()).equals(path());
        }

        /** By itself, under its whole name. */
        CommandLine alone(Session session) {
            CommandLine command = new CommandLine(made.apply(session));
            command.setCommandName("af " + String.join(" ", path()));
            withHelp(command);
            return command;
        }

        void addTo(CommandLine af, Session session) {
            parent(af).addSubcommand(name, made.apply(session));
        }

        private CommandLine parent(CommandLine af) {
            if (group.isEmpty()) {
                return af;
            }
            CommandLine there = af.getSubcommands().get(group);
            if (there != null) {
                return there;
            }
            CommandLine parent = described(group, GROUPS.getOrDefault(group, ""));
            af.addSubcommand(group, parent);
            return parent;
        }
    }

    private AfCommandLine() {}

    /**
     * Runs the command of these arguments and returns its exit code. A command that is named is described alone: to
     * describe all the others takes longer than to list a thousand backups. All of them where none is named, for the help
     * and the suggestions.
     */
    public static int run(Session session, String... arguments) {
        for (Entry command : COMMANDS) {
            if (command.isNamedBy(arguments)) {
                int named = command.path().size();
                return execute(session, command.alone(session), Arrays.copyOfRange(arguments, named, arguments.length));
            }
        }
        return execute(session, tree(session), arguments);
    }

    private static int execute(Session session, CommandLine command, String... arguments) {
        command.setParameterExceptionHandler(new Wrong(session));
        command.setExecutionExceptionHandler(new Bug(session));
        int code = command.execute(arguments);
        boolean written = session.terminal().flush();
        return code == ExitCode.OK.number() && !written ? ExitCode.WARNINGS.number() : code;
    }

    /** All commands and their options. */
    static CommandLine tree(Session session) {
        CommandLine af = described("af", "Disaster recovery for PostgreSQL: backups that prove what they hold.");
        COMMANDS.forEach(command -> command.addTo(af, session));
        withHelp(af);
        af.getCommandSpec()
                .version("af " + session.version())
                .addOption(OptionSpec.builder("--version")
                        .versionHelp(true)
                        .description("Show the version.")
                        .build());
        return af;
    }

    private static CommandLine described(String name, String description) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(description);
        return new CommandLine(spec);
    }

    private static void withHelp(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.addOption(OptionSpec.builder("--help")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        spec.usageMessage().footer(FOOTER.toArray(String[]::new));
        command.getSubcommands().values().forEach(AfCommandLine::withHelp);
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
