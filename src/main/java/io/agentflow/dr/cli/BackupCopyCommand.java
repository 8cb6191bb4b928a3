package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.copy.CopiedBackup;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.store.BackupStore;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af backup copy}. */
@Command(
        name = "copy",
        description = "Copy a backup into another store, and compare every byte with its manifest on the way.")
final class BackupCopyCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "A backup's id, a part of it, or latest.")
    String selector = "";

    static final String FROM = "--from";

    @Option(
            names = FROM,
            paramLabel = "STORE",
            description = "Directory, URI or name of the store where it is (default: the configured one that has it).")
    @Nullable
    String from;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "STORE",
            description = "Directory, URI or name of the store where it is to be, too.")
    String to = "";

    BackupCopyCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "BackupCopy";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        FoundBackup found = stores(from, null, config).find(selector, null);
        BackupCatalog catalog = found.catalog();
        BackupStore target = opened(to, config);
        BackupId id = found.id();
        CopiedBackup copied = operations(config).copy(catalog.store(), id, target, events);
        if (json) {
            terminal().data(document(copied, catalog.store(), target).toString());
        } else {
            print(copied, target);
        }
        return copied.warnings().isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }

    private static JsonDocument document(CopiedBackup copied, BackupStore from, BackupStore to) {
        return new JsonDocument("BackupCopy", copied.warnings().isEmpty() ? "ok" : "warnings")
                .with("id", copied.id().text())
                .with("from", from.name())
                .with("to", to.name())
                .with("already", copied.already())
                .with("files", copied.files())
                .with("bytes", copied.bytes())
                .with("sentFiles", copied.sentFiles())
                .with("sentBytes", copied.sentBytes())
                .with("seconds", copied.elapsed().toNanos() / 1e9)
                .with("warnings", copied.warnings());
    }

    private void print(CopiedBackup copied, BackupStore target) {
        String whole = Count.of(copied.files(), "file") + ", " + new ByteSize(copied.bytes());
        if (copied.already()) {
            terminal()
                    .data(terminal().good("✓ ") + copied.id() + " is in " + target.name() + " already: " + whole
                            + ", each of its size; nothing was sent");
            return;
        }
        int found = copied.files() - copied.sentFiles();
        terminal()
                .data(terminal().good("✓ ") + copied.id() + " is in " + target.name() + ", too: " + whole
                        + String.format(
                                Locale.ROOT, " in %.2f s", copied.elapsed().toNanos() / 1e9)
                        + (found == 0 ? "" : "; " + Count.of(found, "file") + " had arrived before"));
    }
}
