package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.StoreCheck;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af store check}. */
@Command(
        name = "check",
        description = "Try what a store promises, with small backups of the check's own that it deletes in the end.")
final class StoreCheckCommand extends AfCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory, URI or name of the store to try (default: ./backups).")
    @Nullable
    String store;

    @Option(
            names = "--files",
            paramLabel = "N",
            description = "Files of the larger backup (default: 1100, for lists come in pages of 1000).")
    int files = 1100;

    StoreCheckCommand(Session session) {
        super(session);
    }

    /** It is this store that is tried, and no other. */
    @Override
    boolean otherStoreHelps() {
        return false;
    }

    @Override
    String kind() {
        return "StoreCheck";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        BackupStore tried = store(store, config);
        // What is tried beneath a mount point says nothing of the disk, and a mistyped directory keeps every promise.
        new KnownStores(config.stateDirectory()).doubt(tried);
        if (!tried.remote()) {
            StoresMeant.requirePresent(tried);
        }
        List<StoreCheck.Result> results = new StoreCheck(tried, new SecureRandom(), Math.max(1, files)).run(this::show);
        boolean kept = results.stream().allMatch(StoreCheck.Result::kept);
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), kept ? "ok" : "failed")
                            .with("store", tried.name())
                            .with(
                                    "promises",
                                    results.stream()
                                            .map(StoreCheckCommand::fields)
                                            .toList())
                            .toString());
        }
        return kept ? ExitCode.OK : ExitCode.FAILED;
    }

    private void show(StoreCheck.Result result) {
        if (!json) {
            terminal()
                    .data(
                            result.kept()
                                    ? terminal().good("✓ ") + result.promise()
                                    : terminal().bad("✗ ") + result.promise() + ": " + result.problem());
        }
    }

    private static Map<String, Object> fields(StoreCheck.Result result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("promise", result.promise());
        fields.put("kept", result.kept());
        if (result.problem() != null) {
            fields.put("problem", result.problem());
        }
        return fields;
    }
}
