package io.agentflow.dr.cli;

import io.agentflow.dr.backup.Staging;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigFile;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.store.StoreUri;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A command: reads its options, has one thing done, prints the outcome, and turns a failure into its exit code. */
abstract class AfCommand implements Callable<Integer> {
    /** Options that all have. Described by code: to read annotations takes longer than to list a thousand backups. */
    private final OptionSpec asJson = OptionSpec.builder("--json")
            .type(boolean.class)
            .description("Print one JSON document on standard output.")
            .build();

    private final OptionSpec talkative = OptionSpec.builder("-v", "--verbose")
            .type(boolean.class)
            .description("Show what the tools say.")
            .build();

    private final OptionSpec properties = OptionSpec.builder("--config")
            .type(Path.class)
            .paramLabel("FILE")
            .description("Read this af.properties.")
            .build();

    private final StoreOption storeOption = new StoreOption();

    boolean json;
    boolean verbose;

    @Nullable
    Path configFile;

    private boolean takesStore;
    private boolean takesDatabase;
    private final Session session;
    private @Nullable Operations operations;
    private String failedStep = "";
    private @Nullable String report;

    AfCommand(Session session) {
        this.session = session;
    }

    /** What picocli is to know of it. */
    final CommandSpec described() {
        CommandSpec spec = storeOption.addTo(own());
        takesStore = spec.findOption(StoreOption.NAME) != null;
        takesDatabase = spec.findOption(DatabaseOption.NAME) != null;
        return spec.addOption(asJson).addOption(talkative).addOption(properties);
    }

    /** Its own arguments and options; of most of them by annotations. */
    CommandSpec own() {
        return CommandSpec.forAnnotatedObject(this);
    }

    /** The kind of its JSON document. */
    abstract String kind();

    /** Does the work and prints the outcome. */
    abstract ExitCode run(AfConfig config, OperationEvents events);

    @Override
    public Integer call() {
        json = Boolean.TRUE.equals(asJson.getValue());
        verbose = Boolean.TRUE.equals(talkative.getValue());
        configFile = properties.getValue();
        Terminal terminal = session.terminal();
        AfConfig config = null;
        try (LiveProgress progress = new LiveProgress(terminal, verbose)) {
            config = meant(configuration(
                    ConfigFile.find(configFile, session.environment()).orElse(null), session.environment()));
            OperationEvents shown = json && !verbose ? event -> {} : progress;
            return run(config, shown.and(this::remember)).number();
        } catch (AfException e) {
            return failed(config == null ? e : told(e, config));
        }
    }

    /** The failure as it is told. Where one store is away, another one of the configuration may help. */
    AfException told(AfException e, AfConfig config) {
        return e instanceof StoreUnreachable away && otherStoreHelps()
                ? Elsewhere.besides(away, config.storesInUse()).orElse(away)
                : e;
    }

    /** The step of an operation that failed; empty if none has. */
    String failedStep() {
        return failedStep;
    }

    /** Whether the command could be given another store instead. */
    boolean otherStoreHelps() {
        return takesStore;
    }

    /** Loads the configuration; a mistake in it ends the command. */
    AfConfig configuration(@Nullable Path file, Map<String, String> environment) {
        return AfConfig.load(file, environment);
    }

    /** The configuration as it counts for the database that is meant. */
    AfConfig meant(AfConfig config) {
        return config;
    }

    private void remember(OperationEvent event) {
        if (event instanceof OperationEvent.StepFailed failed && failedStep.isEmpty()) {
            failedStep = failed.step();
        } else if (event instanceof OperationEvent.Reported reported) {
            report = reported.file();
        }
    }

    /** For what fails before an operation begins, which would say its step itself. */
    void step(String name) {
        failedStep = name;
    }

    private int failed(AfException e) {
        Terminal terminal = session.terminal();
        if (json) {
            terminal.data(JsonDocument.failed(kind(), e, failedStep)
                    .with("report", report)
                    .toString());
        }
        terminal.say(terminal.bad("✗ ") + e.fact());
        terminal.say("  " + e.hint().replace("\n", "\n  "));
        if (report != null) {
            terminal.say("  report: " + report);
        }
        return e.exitCode().number();
    }

    /** Does what comes before an operation; what fails there is in the journal: it was asked for, and nothing was touched. */
    static void before(
            Operations operations, String verb, String request, OperationEvents events, Runnable preparation) {
        try {
            preparation.run();
        } catch (AfException e) {
            operations.refused(verb, request, e, events);
            throw e;
        }
    }

    Session session() {
        return session;
    }

    Terminal terminal() {
        return session.terminal();
    }

    Operations operations(AfConfig config) {
        Operations known = operations;
        if (known == null) {
            known = session.operations().apply(config);
            operations = known;
        }
        return known;
    }

    /** The store that the command line names, or else the configured one. */
    BackupStore store(@Nullable String given, AfConfig config) {
        String named = named(given);
        return named == null ? opened(config.storesMeant().get(0), config) : opened(named, config);
    }

    /** The store that the command line names, as an argument or by an option; null if none. */
    @Nullable
    String named(@Nullable String argument) {
        return storeOption.or(argument);
    }

    /** The same for a command that is shown to be typed next. */
    String storeAsTyped(@Nullable String argument) {
        String named = named(argument);
        return named == null ? "" : " " + (argument == null ? "--store " : "") + ShellWord.of(named);
    }

    /**
     * How much of a backup may lie on this machine while it is made. What stays here anyway is never in the way.
     *
     * @param asked whether somebody wants no more of it here than must be
     */
    static Staging staging(BackupStore target, boolean asked, AfConfig config) {
        if (!target.remote()) {
            return asked ? new Staging(true, Optional.empty()) : Staging.WHOLE;
        }
        int mebibytes = config.number(ConfigKey.STAGING_LIMIT);
        return new Staging(
                asked || config.truth(ConfigKey.STREAM),
                mebibytes == 0 ? Optional.empty() : Optional.of(new ByteSize(mebibytes * 1024L * 1024L)));
    }

    /** The store of that name, or at that place. */
    BackupStore opened(String text, AfConfig config) {
        return opened(config.stores().named(text), config);
    }

    /** Opens a store. What is a directory needs nothing else to be loaded. */
    BackupStore opened(ConfiguredStore store, AfConfig config) {
        String text = store.uri();
        if (StoreUri.isPath(text)) {
            return new DirectoryStore(Path.of(text), config.permissions());
        }
        StoreUri uri = StoreUri.parse(text);
        return uri.isDirectory()
                ? new DirectoryStore(uri.directory(), config.permissions())
                : operations(config).open(uri);
    }

    /**
     * What becomes of the backups of a store.
     *
     * @param only of this database; null for all
     */
    RetentionPlan retention(BackupStore store, @Nullable String only, AfConfig config) {
        RetentionPolicies policies = new RetentionPolicies(config, store, session.environment());
        return operations(config)
                .planRetention(
                        store, only, policies, database -> policies.family(database, one -> opened(one, config)));
    }

    /** Where else a backup may be than in a store. */
    Elsewhere elsewhere(AfConfig config) {
        return new Elsewhere(terminal(), config, StoreOption.NAME, one -> opened(one, config));
    }

    /**
     * The stores that the command line means: the one that it names, or all that the configuration has.
     *
     * @param database the configured one whose stores are meant if none is named; null for those of all
     */
    StoresMeant stores(@Nullable String given, @Nullable String database, AfConfig config) {
        return new StoresMeant(
                terminal(),
                config,
                new StoreWords(takesStore ? StoreOption.NAME : BackupCopyCommand.FROM, takesDatabase),
                named(given),
                database,
                one -> opened(one, config));
    }
}
