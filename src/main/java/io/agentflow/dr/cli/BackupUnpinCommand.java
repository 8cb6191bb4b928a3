package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.retention.Pins;
import java.util.ArrayList;
import java.util.List;
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
            description = "Directory, URI or name of the store of the backups (default: all that have it).")
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
        List<String> unpinned = new ArrayList<>();
        FoundCopies copies = stores(store, null, config).findAll(selector).each(one -> {
            if (unpin(one, config, events)) {
                unpinned.add(one.store());
            }
        });
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), copies.left().isEmpty() ? "ok" : "warnings")
                            .with("id", copies.id().text())
                            .with("wasPinned", !unpinned.isEmpty())
                            .with("stores", unpinned)
                            .with("unreachable", copies.left())
                            .toString());
        } else {
            terminal().data(terminal().good("✓ ") + copies.id() + told(copies, unpinned));
        }
        return copies.told(
                terminal(), ShellWord.af(List.of("backup", "unpin", copies.id().text())));
    }

    private static String told(FoundCopies copies, List<String> unpinned) {
        if (unpinned.isEmpty()) {
            return " was not pinned" + copies.where();
        }
        return " is no longer pinned" + (copies.where().isEmpty() ? "" : " in " + String.join(", ", unpinned));
    }

    /** Whether it was pinned there. */
    private boolean unpin(FoundBackup one, AfConfig config, OperationEvents events) {
        BackupCatalog catalog = one.catalog();
        BackupId id = one.id();
        if (catalog.pin(id).isEmpty()) {
            return false;
        }
        String user = System.getProperty("user.name", "");
        operations(config)
                .journaled("unpin", "unpin of " + id + " in " + catalog.store().name(), events, () -> {
                    new Pins(catalog).unpin(id, user, session().clock().instant());
                    return id;
                });
        return true;
    }
}
