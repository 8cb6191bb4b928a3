package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.retention.Pins;
import java.util.List;
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
            description = "Directory, URI or name of the store of the backups (default: all that have it).")
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
        if (reason.isBlank()) {
            throw new UsageError("--reason is empty", "Say why, for whoever finds it pinned.");
        }
        FoundCopies copies = stores(store, null, config).findAll(selector).each(one -> pin(one, config, events));
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), copies.left().isEmpty() ? "ok" : "warnings")
                            .with("id", copies.id().text())
                            .with("reason", reason)
                            .with("stores", copies.names())
                            .with("unreachable", copies.left())
                            .toString());
        } else {
            terminal().data(terminal().good("✓ ") + copies.id() + " is pinned" + copies.where() + ": " + reason);
        }
        return copies.told(
                terminal(), ShellWord.af(List.of("backup", "pin", copies.id().text(), "--reason", reason)));
    }

    private void pin(FoundBackup one, AfConfig config, OperationEvents events) {
        BackupId id = one.id();
        String user = System.getProperty("user.name", "");
        operations(config)
                .journaled(
                        "pin", "pin of " + id + " in " + one.catalog().store().name() + ": " + reason, events, () -> {
                            new Pins(one.catalog())
                                    .pin(id, reason, user, session().clock().instant());
                            return id;
                        });
    }
}
