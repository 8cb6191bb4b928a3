package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.retention.Pins;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code af backup unpin}. */
@Command(name = "unpin", description = "Hold a backup no longer: it expires like any other.")
final class BackupUnpinCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "A backup's id or an unambiguous part of it.")
    String selector = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory, URI or name of the store of the backups (default: that which has it).")
    @Nullable
    String store;

    BackupUnpinCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "BackupUnpin";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        FoundBackup found = stores(store, null, config).find(selector, null);
        BackupCatalog catalog = found.catalog();
        BackupId id = found.id();
        String user = System.getProperty("user.name", "");
        boolean pinned = catalog.pin(id).isPresent();
        if (pinned) {
            operations(config)
                    .journaled(
                            "unpin", "unpin of " + id + " in " + catalog.store().name(), events, () -> {
                                new Pins(catalog)
                                        .unpin(id, user, session().clock().instant());
                                return id;
                            });
        }
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("id", id.text())
                            .with("wasPinned", pinned)
                            .toString());
        } else {
            terminal()
                    .data(terminal().good("✓ ")
                            + id
                            + (pinned ? " is no longer pinned" : " was not pinned")
                            + found.where());
        }
        return ExitCode.OK;
    }
}
