package io.agentflow.dr.cli;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.UsageError;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The tree of commands. */
public final class AfCommandLine {
    static final IFactory FACTORY = new Made();

    private static final List<String> FOOTER = List.of(
            "",
            "Exit codes: 0 ok, 1 failed, 2 usage, 3 done with warnings, 4 refused before anything was touched,",
            "5 cancelled, 6 not found, 7 busy, 8 unreachable, 9 verification failed, 130/143 signals.");

    /** What the commands of a group are for. Described by code, as af itself is: to read annotations takes longer. */
    private static final Map<String, String> GROUPS = Map.of(
            "backup",
            "Make, list, show, verify, copy, restore and delete backups.",
            "retention",
            "Plan, apply and explain which backups expire.",
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
            "store",
            "Try what a store promises.",
            "key",
            "Make keys that encrypt and sign backups, and list those that are configured.",
            "request",
            "Sign requests for operations, and show those that messages brought.");

    /** Every command, by its group; empty for one that stands alone. */
    private static final List<Entry> COMMANDS = List.of(
            new Entry("backup", "create"),
            new Entry("backup", "list"),
            new Entry("backup", "show"),
            new Entry("backup", "verify"),
            new Entry("backup", "restore"),
            new Entry("backup", "copy"),
            new Entry("backup", "delete"),
            new Entry("backup", "pin"),
            new Entry("backup", "unpin"),
            new Entry("retention", "plan"),
            new Entry("retention", "apply"),
            new Entry("retention", "explain"),
            new Entry("audit", "verify"),
            new Entry("journal", "show"),
            new Entry("journal", "verify"),
            new Entry("dead-letters", "list"),
            new Entry("dead-letters", "show"),
            new Entry("dead-letters", "replay"),
            new Entry("dead-letters", "discard"),
            new Entry("routes", "list"),
            new Entry("routes", "check"),
            new Entry("routes", "show"),
            new Entry("store", "check"),
            new Entry("key", "generate"),
            new Entry("key", "list"),
            new Entry("config", "show"),
            new Entry("request", "sign"),
            new Entry("request", "list"),
            new Entry("request", "show"),
            new Entry("", "serve"));

    /** Where a command stands. */
    private record Entry(String group, String name) {

        List<String> path() {
            return group.isEmpty() ? List.of(name) : List.of(group, name);
        }

        String words() {
            return String.join(" ", path());
        }

        boolean isNamedBy(String... arguments) {
            return arguments.length >= path().size()
                    && Arrays.asList(arguments).subList(0, path().size()).equals(path());
        }

        /** By itself, under its whole name. */
        CommandLine alone(Session session) {
            CommandLine command = made(session);
            command.setCommandName("af " + words());
            withHelp(command);
            return command;
        }

        void addTo(CommandLine af, Session session) {
            parent(af).addSubcommand(name, made(session));
        }

        private CommandLine made(Session session) {
            return new CommandLine(command(session).described(), FACTORY);
        }

        /** A switch, not a constructor for each: to make twenty of those takes longer than to make one command. */
        private AfCommand command(Session session) {
            return switch (words()) {
                case "backup create" -> new BackupCreateCommand(session);
                case "backup list" -> new BackupListCommand(session);
                case "backup show" -> new BackupShowCommand(session);
                case "backup verify" -> new BackupVerifyCommand(session);
                case "backup restore" -> new BackupRestoreCommand(session);
                case "backup copy" -> new BackupCopyCommand(session);
                case "backup delete" -> new BackupDeleteCommand(session);
                case "backup pin" -> new BackupPinCommand(session);
                case "backup unpin" -> new BackupUnpinCommand(session);
                case "retention plan" -> new RetentionPlanCommand(session);
                case "retention apply" -> new RetentionApplyCommand(session);
                case "retention explain" -> new RetentionExplainCommand(session);
                case "audit verify" -> new AuditVerifyCommand(session);
                case "journal show" -> new JournalShowCommand(session);
                case "journal verify" -> new JournalVerifyCommand(session);
                case "dead-letters list" -> new DeadLettersListCommand(session);
                case "dead-letters show" -> new DeadLettersShowCommand(session);
                case "dead-letters replay" -> new DeadLettersReplayCommand(session);
                case "dead-letters discard" -> new DeadLettersDiscardCommand(session);
                case "routes list" -> new RoutesListCommand(session);
                case "routes check" -> new RoutesCheckCommand(session);
                case "routes show" -> new RoutesShowCommand(session);
                case "store check" -> new StoreCheckCommand(session);
                case "key generate" -> new KeyGenerateCommand(session);
                case "key list" -> new KeyListCommand(session);
                case "config show" -> new ConfigShowCommand(session);
                case "request sign" -> new RequestSignCommand(session);
                case "request list" -> new RequestListCommand(session);
                case "request show" -> new RequestShowCommand(session);
                case "serve" -> new ServeCommand(session);
                default -> throw new IllegalStateException("no command is called " + words());
            };
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
        // No argument is of these types, and to have picocli prepare for them loads all of java.time.
        System.setProperty("picocli.converters.excludes", "java[.](time|sql)[.].*");
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
        return new CommandLine(spec, FACTORY);
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

    /** Makes what annotations name. Picocli's own looks for Groovy first, and for that opens all libraries. */
    private static final class Made implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            return CommandLine.defaultFactory().create(type);
        }
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
