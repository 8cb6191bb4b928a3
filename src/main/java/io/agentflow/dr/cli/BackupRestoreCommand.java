package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.LibpqEnvironment;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.Spelling;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.restore.CheckBackupFiles;
import io.agentflow.dr.restore.DropPrevious;
import io.agentflow.dr.restore.Finding;
import io.agentflow.dr.restore.RestorePlan;
import io.agentflow.dr.restore.RestoreRequest;
import io.agentflow.dr.restore.RestoreRun;
import io.agentflow.dr.restore.RestoreType;
import io.agentflow.dr.restore.TableChoice;
import io.agentflow.dr.restore.UndoRestore;
import io.agentflow.dr.store.BackupStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af backup restore}, with its undo. */
@Command(
        name = "restore",
        description =
                "Restore a backup beside the live database, prove it, and swap it in; or single tables; or undo that.")
final class BackupRestoreCommand extends AfCommand {
    /** The steps that only read the backup. */
    private static final Set<String> FETCHING = Set.of("fetch", "fetch-tables");

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "A backup's id, a part of it, or latest.")
    @Nullable
    String selector;

    @Parameters(
            index = "1..2",
            arity = "0..1",
            paramLabel = "STORE|TYPE",
            description =
                    "Directory, URI or name of the store of the backups (default: ./backups), and full (the default), schema or critical.")
    List<String> storeAndType = List.of();

    @Mixin
    ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = {"-i", "--identity"},
            paramLabel = "FILE",
            description = "File of identities of age that decrypt the backup.")
    @Nullable
    String identity;

    @Option(
            names = "--target-database-url",
            paramLabel = "URL",
            description = "Restore there instead of where the database lives.")
    @Nullable
    String targetUrl;

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N",
            description = "Workers that load the data (default: 4).")
    @Nullable
    Integer jobs;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    boolean yes;

    @Option(names = "--plan", description = "Only compare what the backup needs with what the target has.")
    boolean planOnly;

    @Mixin
    RestoreDeviations deviations = new RestoreDeviations();

    @Mixin
    TableOptions tables = new TableOptions();

    @Option(names = "--undo", description = "Swap the previous database back.")
    boolean undo;

    @Option(
            names = "--drop-old",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "DATABASE",
            description = "Drop the previous database that a restore kept (default: the newest).")
    @Nullable
    String dropOld;

    /** What was asked for, once that is known. */
    private @Nullable RestoreRequest asked;

    BackupRestoreCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        if (undo) {
            return "RestoreUndo";
        }
        return dropOld != null ? "RestoreDropOld" : planOnly ? "RestorePlan" : "BackupRestore";
    }

    @Override
    AfConfig meant(AfConfig given) {
        AfConfig config = given.with(ConfigKey.IDENTITY_FILE, identity);
        boolean elsewhere = targetUrl != null || config.given(ConfigKey.TARGET_DATABASE_URL);
        return elsewhere && connection.url == null
                ? config
                : connection.meant(config, session().environment());
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        if (selector != null && (undo || dropOld != null)) {
            throw new UsageError(
                    (undo ? "--undo" : "--drop-old") + " takes no backup: '" + selector + "'",
                    "Leave it out: what comes back is the newest database that a restore kept.");
        }
        if (undo) {
            return undo(config, events);
        }
        if (dropOld != null) {
            return drop(config, dropOld, events);
        }
        return restore(config, events);
    }

    /** What fails while the backup is fetched has come nowhere near the database. */
    @Override
    AfException told(AfException e, AfConfig config) {
        AfException told = super.told(e, config);
        List<String> more = new ArrayList<>();
        if (FETCHING.contains(failedStep())) {
            more.add("The live database was not touched.");
        }
        RestoreRequest request = asked;
        if (request != null && e.exitCode() == ExitCode.VERIFICATION_FAILED) {
            copy(request, config).ifPresent(more::add);
        }
        return more.isEmpty() ? told : hinted(told, String.join("\n", more));
    }

    private Optional<String> copy(RestoreRequest request, AfConfig config) {
        return elsewhere(config).copy(request.id(), request.store());
    }

    private static AfException hinted(AfException e, String more) {
        return new AfException(e.exitCode(), e.fact(), e.hint() + (e.hint().isEmpty() ? "" : "\n") + more, e);
    }

    private ExitCode restore(AfConfig config, OperationEvents events) {
        long start = System.nanoTime();
        RestoreRequest request = request(config);
        asked = request;
        Operations operations = operations(config);
        step("plan");
        if (planOnly) {
            operations.looked("plan", "plan of a " + request.words(), events);
            RestorePlan plan = operations.preview(request, events);
            // A restore itself reads all of the backup, and says with exit code 9 what is wrong with it.
            List<Finding> files = new CheckBackupFiles(request).findings();
            ExitCode code = new PlanOutput(terminal(), json).outcome(request, plan.after(files));
            if (files.stream().anyMatch(one -> one.severity() == Finding.Severity.STOP)) {
                copy(request, config).ifPresent(copy -> terminal().say("  " + copy));
            }
            return code;
        }
        before(
                operations,
                "restore",
                request.words(),
                events,
                () -> confirm(request, operations.preview(request, events)));
        step("");
        if (request.type() == RestoreType.CRITICAL) {
            return new CriticalOutput(terminal(), json).outcome(operations.restoreTables(request, events), start);
        }
        RestoreRun.Swapped swapped = operations.restore(request, events);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (json) {
            terminal().data(document(swapped, seconds).toString());
        } else {
            swapped.warnings().forEach(w -> terminal().say(terminal().doubtful("! ") + w));
            terminal().data(outcome(swapped, seconds));
        }
        return swapped.warnings().isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }

    private void confirm(RestoreRequest request, RestorePlan plan) {
        new PlanOutput(terminal(), json).show(plan);
        plan.require();
        step("confirm");
        if (plan.replaces()) {
            new Confirmation(terminal(), yes)
                    .require(consequence(request, plan), request.database().text(), "the database name");
        }
    }

    RestoreRequest request(AfConfig config) {
        String wanted = selector;
        if (wanted == null) {
            throw new UsageError("which backup?", "Give an id or latest; see: af backup list");
        }
        RestoreType type = null;
        String storeText = null;
        for (String word : storeAndType) {
            if (word.matches("full|schema|critical") && type == null) {
                type = RestoreType.parse(word);
            } else if (storeText == null) {
                if (config.stores().all().stream().noneMatch(one -> one.name().equals(word))) {
                    requireNoType(word);
                }
                storeText = word;
            } else {
                type = RestoreType.parse(word);
            }
        }
        TableChoice choice = tables.choice();
        if (type == null) {
            type = choice.names().isEmpty() ? RestoreType.FULL : RestoreType.CRITICAL;
        }
        tables.requireFor(type);
        deviations.requireFor(type);
        BackupStore store = store(storeText, config);
        BackupCatalog catalog = new BackupCatalog(store);
        BackupId id = elsewhere(config)
                .select(
                        catalog,
                        wanted,
                        () -> catalog.select(
                                wanted,
                                databases -> named(wanted + " of which database? " + store.name(), databases, config)));
        return new RestoreRequest(
                store,
                id,
                type,
                target(config, store, id),
                deviations.options(),
                choice,
                jobs == null ? config.number(ConfigKey.JOBS) : jobs,
                config.time(ConfigKey.STALL_TIMEOUT),
                targetAgain());
    }

    /** What names the target, for a command that is shown to be typed next. */
    private String targetAgain() {
        return targetUrl == null ? connection.asTyped() : ConnectionOptions.asTyped(targetUrl);
    }

    /** A type that is misspelt would be taken for a store that is not there. */
    private static void requireNoType(String store) {
        if (Files.exists(java.nio.file.Path.of(store.replaceFirst("^file:(//)?", "")))) {
            return;
        }
        Arrays.stream(RestoreType.values())
                .map(RestoreType::text)
                .filter(type -> Spelling.distance(store, type) <= 2)
                .findFirst()
                .ifPresent(type -> {
                    throw new UsageError(
                            "there is no directory '" + store + "': is it a restore type?",
                            "Did you mean " + type + "?");
                });
    }

    /**
     * The database of which 'latest' is the latest: the one that is restored where it lives, or that -d names. Restored
     * elsewhere it is the one that the configuration or the target names, if it has backups; or the only one that has.
     */
    private Optional<DatabaseName> named(String question, SortedSet<String> databases, AfConfig config) {
        boolean elsewhere =
                targetUrl != null || !config.text(ConfigKey.TARGET_DATABASE_URL).isEmpty();
        Optional<DatabaseName> source =
                name(connection.resolve(config, session().environment()));
        if (!elsewhere || connection.url != null) {
            return source;
        }
        List<DatabaseName> named = Stream.of(source, name(target(config, null, null)))
                .flatMap(Optional::stream)
                .filter(one -> databases.contains(one.text()))
                .distinct()
                .toList();
        if (named.size() == 1 || databases.size() < 2) {
            return named.stream().findFirst();
        }
        throw new UsageError(
                question + " has backups of " + String.join(", ", databases),
                "Name it: -d NAME, or give the id of a backup: af backup list");
    }

    private static Optional<DatabaseName> name(DatabaseUrl url) {
        return url.keywords().containsKey("dbname") ? Optional.of(url.database()) : Optional.empty();
    }

    /** Where to restore to; without a database name it is the one that was backed up. */
    private DatabaseUrl target(AfConfig config, @Nullable BackupStore store, @Nullable BackupId id) {
        String other = targetUrl != null ? targetUrl : config.text(ConfigKey.TARGET_DATABASE_URL);
        DatabaseUrl given = other.isEmpty()
                ? connection.resolve(config, session().environment())
                : LibpqEnvironment.complete(
                        DatabaseUrl.parse(address(config, other)), session().environment());
        return given.keywords().containsKey("dbname") || store == null || id == null
                ? given
                : given.database(
                        new DatabaseName(new BackupCatalog(store).head(id).database()));
    }

    /** By its name in af.properties, or as it is. */
    private static String address(AfConfig config, String given) {
        return config.databaseNames().contains(given) ? config.of(given).text(ConfigKey.DATABASE_URL) : given;
    }

    private static String consequence(RestoreRequest request, RestorePlan plan) {
        if (request.type() == RestoreType.CRITICAL) {
            return "This changes tables of the live database " + request.database() + " at "
                    + request.target().address() + " as planned above, in one transaction.";
        }
        return "This replaces the database " + request.database() + " at "
                + request.target().address() + " (" + new ByteSize(plan.bytes()) + ", "
                + Count.of(plan.sessions(), "session")
                + ") by backup " + request.id()
                + ".\nIt is restored beside the live database, proven, and then swapped in; the live one is kept."
                + (request.type() == RestoreType.SCHEMA
                        ? "\nOnly the structure is restored: the new " + request.database()
                                + " has no rows. They are in the one that is kept."
                        : "");
    }

    private static JsonDocument document(RestoreRun.Swapped swapped, double seconds) {
        Map<String, Object> proof = new LinkedHashMap<>();
        proof.put("level", swapped.proof().level());
        proof.put("tables", swapped.proof().tables());
        proof.put("identical", swapped.proof().identical());
        proof.put("different", swapped.proof().different());
        return new JsonDocument("BackupRestore", swapped.warnings().isEmpty() ? "ok" : "warnings")
                .with("id", swapped.request().id().text())
                .with("type", swapped.request().type().text())
                .with("database", swapped.request().database().text())
                .with(
                        "previousDatabase",
                        swapped.previous() == null ? null : swapped.previous().text())
                .with("seconds", seconds)
                .with("downtimeMillis", swapped.downtime().toMillis())
                .with("proof", proof)
                .with("warnings", swapped.warnings());
    }

    private String outcome(RestoreRun.Swapped swapped, double seconds) {
        boolean structure = swapped.request().type() == RestoreType.SCHEMA;
        String text = terminal().good("✓ ") + (structure ? "the structure of " : "")
                + swapped.request().database() + " is restored from "
                + swapped.request().id() + String.format(Locale.ROOT, " in %.1f s: ", seconds)
                + String.join(", ", swapped.proof().checks());
        String target = targetAgain();
        return swapped.previous() == null
                ? text
                : text
                        + "\n  undo with:             af backup restore --undo" + target
                        + "\n  drop the old one with: af backup restore --drop-old="
                        + ShellWord.of(swapped.previous().text()) + target;
    }

    private ExitCode undo(AfConfig config, OperationEvents events) {
        DatabaseUrl target = target(config, null, null);
        Operations operations = operations(config);
        UndoRestore.Kept kept = operations.undoable(target);
        before(
                operations,
                "undo",
                "undo of the restore of " + target,
                events,
                () -> new Confirmation(terminal(), yes)
                        .require(
                                "This swaps the previous " + target.database() + " at " + target.address() + ", "
                                        + kept.name() + ", back in; the present one is kept.",
                                target.database().text(),
                                "the database name"));
        UndoRestore.Undone undone = operations.undo(target, kept, events);
        String aside = undone.aside() == null ? null : undone.aside().text();
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("database", undone.database().text())
                            .with("cameBack", undone.cameBack().text())
                            .with("previousDatabase", aside)
                            .with("downtimeMillis", undone.downtime().toMillis())
                            .toString());
        } else {
            terminal()
                    .data(terminal().good("✓ ") + undone.cameBack() + " is " + undone.database() + " again (away for "
                            + undone.downtime().toMillis() + " ms)"
                            + (aside == null
                                    ? ""
                                    : "\n  the other one is kept as " + aside + "; --undo brings it back"));
        }
        return ExitCode.OK;
    }

    private ExitCode drop(AfConfig config, String named, OperationEvents events) {
        DatabaseUrl target = target(config, null, null);
        Operations operations = operations(config);
        DropPrevious.Previous previous = operations.previous(target, named.isEmpty() ? null : new DatabaseName(named));
        String request = "drop of " + previous.name() + " at " + target.address();
        before(
                operations,
                "drop",
                request,
                events,
                () -> new Confirmation(terminal(), yes)
                        .require(
                                "This drops " + previous.name() + " (" + new ByteSize(previous.bytes()) + "), "
                                        + previous.was() + ", for good.",
                                previous.name().text(),
                                "its name"));
        operations.drop(target, previous);
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("database", previous.name().text())
                            .with("bytes", previous.bytes())
                            .toString());
        } else {
            terminal()
                    .data(terminal().good("✓ ") + previous.name() + " is dropped, " + new ByteSize(previous.bytes())
                            + " are free");
        }
        return ExitCode.OK;
    }
}
