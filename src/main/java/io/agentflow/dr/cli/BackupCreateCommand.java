package io.agentflow.dr.cli;

import io.agentflow.dr.age.Recipients;
import io.agentflow.dr.backup.BackupRequest;
import io.agentflow.dr.backup.BackupRun;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.Summary;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af backup create}. */
@Command(name = "create", description = "Make a backup of one database, verify it, and publish it.")
final class BackupCreateCommand extends AfCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory, URI or name of the store for the backup (default: ./backups).")
    @Nullable
    String store;

    @Option(
            names = "--store",
            paramLabel = "STORE",
            description =
                    "A store, by its name or URI; of several the first is the primary, and the others get the backup after it.")
    List<String> stores = List.of();

    @Mixin
    ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N",
            description = "Workers that dump the data (default: 4).")
    @Nullable
    Integer jobs;

    @Option(
            names = {"-Z", "--compression-level"},
            paramLabel = "LEVEL",
            description = "0 to 9, or with pg_dump 16 and newer zstd:3, lz4 … (default: 6).")
    @Nullable
    String compression;

    @Option(
            names = "--critical-tables",
            split = ",",
            paramLabel = "TABLE",
            description = "Tables that get a component of their own.")
    @Nullable
    List<String> criticalTables;

    @Option(
            names = "--proof",
            paramLabel = "LEVEL",
            description = "What is fingerprinted: full, counts or none (default: full).")
    @Nullable
    String proof;

    @Option(names = "--role-passwords", description = "Keep the roles' password hashes in the globals.")
    boolean rolePasswords;

    @Option(
            names = "--stream",
            description =
                    "Into a store that is no directory: a table's file leaves this machine as soon as the store has it.")
    boolean stream;

    @Option(
            names = "--encrypt-to",
            split = ",",
            paramLabel = "RECIPIENT",
            description =
                    "Encrypt to this public key of age (age1…), or to several: each of their identities decrypts it.")
    @Nullable
    List<String> encryptTo;

    BackupCreateCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "BackupCreate";
    }

    @Override
    AfConfig meant(AfConfig config) {
        return connection.meant(config, session().environment());
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        long start = System.nanoTime();
        FollowedBackup published = create(config, events);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (json) {
            terminal().data(document(published, seconds).toString());
        } else {
            published.told().forEach(w -> terminal().say(terminal().doubtful("! ") + w));
            terminal().data(outcome(published, seconds));
        }
        return published.warnings().isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }

    private FollowedBackup create(AfConfig config, OperationEvents events) {
        BackupRequest request = request(config);
        BackupRun.Published made = operations(config).create(request, events);
        return new FollowedBackup(
                made,
                meantStores(config).get(0).name(),
                request.followers(),
                operations(config).follow(request, made.manifest().id(), events));
    }

    /** The stores of the backup: the first is the primary. */
    private List<ConfiguredStore> meantStores(AfConfig config) {
        List<String> given = new ArrayList<>(store == null ? List.of() : List.of(store));
        given.addAll(stores);
        List<ConfiguredStore> meant = given.isEmpty()
                ? config.storesMeant()
                : given.stream().map(config.stores()::named).toList();
        config.requireOnce(meant);
        return meant;
    }

    BackupRequest request(AfConfig config) {
        DatabaseUrl url = connection.resolve(config, session().environment());
        List<ConfiguredStore> meant = meantStores(config);
        BackupStore target = opened(meant.get(0), config);
        return new BackupRequest(
                target,
                url,
                jobs == null ? config.number(ConfigKey.JOBS) : jobs,
                compression == null ? config.text(ConfigKey.COMPRESSION_LEVEL) : compression,
                criticalTables == null ? config.list(ConfigKey.CRITICAL_TABLES) : criticalTables,
                criticalTables != null || config.given(ConfigKey.CRITICAL_TABLES),
                level(config),
                rolePasswords,
                config.time(ConfigKey.STALL_TIMEOUT),
                config.time(ConfigKey.LOCK_TIMEOUT),
                staging(target, stream, config),
                encryptTo == null ? config.recipients() : new Recipients(encryptTo),
                meant.stream()
                        .skip(1)
                        .map(one -> new NamedStore(one.name(), opened(one, config)))
                        .toList());
    }

    private ProofLevel level(AfConfig config) {
        try {
            return proof == null ? config.proof() : ProofLevel.parse(proof);
        } catch (IllegalArgumentException e) {
            throw new UsageError("--proof is '" + proof + "'", "Use full, counts or none.", e);
        }
    }

    private static JsonDocument document(FollowedBackup published, double seconds) {
        Manifest manifest = published.made().manifest();
        Summary summary = manifest.summary();
        return new JsonDocument("BackupCreate", published.warnings().isEmpty() ? "ok" : "warnings")
                .with("id", manifest.id().text())
                .with("database", manifest.database())
                .with("createdAt", manifest.createdAt().toString())
                .with("path", published.made().location())
                .with("stores", published.stores())
                .with("behind", published.behind())
                .with("bytes", summary.bytes())
                .with("seconds", seconds)
                .with("components", components(summary))
                .with("tables", summary.tables())
                .with("rows", summary.rows())
                .with("proof", manifest.options().proof())
                .with("encryptedTo", manifest.encryptedTo())
                .with(
                        "critical",
                        Map.of(
                                "found", manifest.critical().found(),
                                "missing", manifest.critical().missing()))
                .with("warnings", published.warnings());
    }

    static List<Map<String, Object>> components(Summary summary) {
        List<Map<String, Object>> components = new ArrayList<>();
        for (Summary.ComponentSize one : summary.components()) {
            components.add(Map.of("kind", one.kind().text(), "bytes", one.bytes(), "files", one.files()));
        }
        return components;
    }

    private String outcome(FollowedBackup published, double seconds) {
        Manifest manifest = published.made().manifest();
        Summary summary = manifest.summary();
        String rows = summary.rows() == null ? "" : String.format(Locale.ROOT, ", %,d rows", summary.rows());
        return terminal().good("✓ ") + manifest.id() + " published and verified: " + new ByteSize(summary.bytes())
                + (manifest.encrypted() ? " (encrypted)" : "")
                + String.format(Locale.ROOT, " in %.1f s, ", seconds) + summary.tables()
                + (summary.tables() == 1 ? " table" : " tables") + rows
                + published.where()
                + "\n  restore it with:  af backup restore " + manifest.id()
                + (store == null ? "" : " " + ShellWord.of(store))
                + (store != null || stores.isEmpty() ? "" : " --store " + ShellWord.of(stores.get(0)))
                + connection.asTyped()
                + (manifest.encrypted() ? " --identity FILE" : "");
    }
}
