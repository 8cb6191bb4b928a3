package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.retention.Pins;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af backup delete}. */
@Command(name = "delete", description = "Delete one backup for good.")
final class BackupDeleteCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "A backup's id or an unambiguous part of it.")
    String selector = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory, URI or name of the store of the backups (default: the primary one).")
    @Nullable
    String store;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    boolean yes;

    BackupDeleteCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "BackupDelete";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        FoundBackup found = stores(store, null, config).findToDelete(selector);
        BackupCatalog catalog = found.catalog();
        BackupId id = found.id();
        LookForCopy looking = new LookForCopy(
                found,
                config,
                new RetentionPolicies(config, catalog.store(), session().environment()),
                one -> opened(one, config));
        boolean wreck = looking.isWreck();
        OtherCopies others = terminal().waiting(() -> looking.look(asking()));
        Operations operations = operations(config);
        String request = "deletion of " + id + " in " + catalog.store().name();
        before(operations, "delete", request, events, () -> {
            new Pins(catalog).requireNone(id);
            others.require(id, wreck);
            new Confirmation(terminal(), yes)
                    .require(
                            "This deletes backup " + id + " in "
                                    + catalog.store().name() + " for good."
                                    + others.lines().stream().map("\n"::concat).collect(Collectors.joining()),
                            id.suffix(),
                            "the last four characters of its id");
        });
        operations.journaled("delete", request, events, () -> {
            catalog.store().delete(id, () -> {
                new Pins(catalog).requireNone(id);
                // Somebody may have thought for long before the answer.
                OtherCopies now = terminal().waiting(() -> looking.lookAgain(asking(), others));
                now.require(id, wreck);
                now.requireStill(others);
            });
            return id;
        });
        print(found, others);
        return ExitCode.OK;
    }

    private AskStores asking() {
        return new AskStores(terminal()::say);
    }

    private void print(FoundBackup found, OtherCopies others) {
        BackupId id = found.id();
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("id", id.text())
                            .with("stays", others.stores())
                            .with("doubtful", others.doubtful())
                            .with("notAsked", List.copyOf(others.silent().keySet()))
                            .with("lastCopy", others.last())
                            .with("sentAgainFrom", others.sendAgain())
                            .toString());
        } else {
            terminal().data(terminal().good("✓ ") + id + " is deleted" + found.where());
            others.lines().forEach(line -> terminal().say("  " + line));
        }
    }
}
