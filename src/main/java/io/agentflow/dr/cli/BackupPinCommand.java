package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.retention.Pins;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af backup pin}. */
@Command(name = "pin", description = "Hold a backup: it does not expire and cannot be deleted until it is unpinned.")
final class BackupPinCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "A backup's id or an unambiguous part of it.")
    String selector = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory, URI or name of the store of the backups (default: that which has it).")
    @Nullable
    String store;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for whoever finds it pinned.")
    String reason = "";

    BackupPinCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "BackupPin";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        FoundBackup found = stores(store, null, config).find(selector, null);
        BackupCatalog catalog = found.catalog();
        BackupId id = found.id();
        String user = System.getProperty("user.name", "");
        operations(config)
                .journaled("pin", "pin of " + id + " in " + catalog.store().name() + ": " + reason, events, () -> {
                    new Pins(catalog).pin(id, reason, user, session().clock().instant());
                    return id;
                });
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("id", id.text())
                            .with("reason", reason)
                            .toString());
        } else {
            terminal().data(terminal().good("✓ ") + id + " is pinned" + found.where() + ": " + reason);
        }
        return ExitCode.OK;
    }
}
