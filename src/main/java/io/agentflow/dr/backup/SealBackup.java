package io.agentflow.dr.backup;

import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.manifest.Component;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.SequenceState;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.sign.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Seals a backup: checks that every part is there and that the snapshot was held to the end, then writes the sum files,
 * RESTORE.md, the signature, and the manifest last.
 */
public final class SealBackup {
    private final Clock clock;
    private final String toolVersion;
    private final Signatures signatures;

    /** @param signatures say what the manifest is signed with, if it is */
    public SealBackup(Clock clock, String toolVersion, Signatures signatures) {
        this.clock = clock;
        this.toolVersion = toolVersion;
        this.signatures = signatures;
    }

    /**
     * Writes the seal over all parts.
     *
     * @throws OperationFailed if a part is missing, doubled, or of another run
     * @throws io.agentflow.dr.core.Overtaken if something was changed that the snapshot could not keep as it was
     */
    public BackupRun.Sealed seal(List<BackupPart> parts) {
        BackupRun.Open run = onlyRun(parts);
        run.snapshot().requireHeld(run.request().stall());
        List<Component> components = components(parts);
        BackupPart.Fingerprinted proof = proof(parts);
        List<SequenceState> sequences = sequences(run);
        run.progress().close();
        // What comes now may take hours; the snapshot would keep the database from cleaning up, and from changing a
        // table.
        run.snapshot().release();
        try {
            Manifest manifest = write(run, components, proof, sequences);
            return new BackupRun.Sealed(run.operation(), run.request(), manifest, run.partial());
        } catch (IOException e) {
            throw new OperationFailed("the manifest cannot be written: " + e.getMessage(), "Check the disk.", e);
        }
    }

    private static BackupRun.Open onlyRun(List<BackupPart> parts) {
        // The same object, not an equal one: to compare all that they hold takes longer than to write the manifest.
        Set<BackupRun.Open> runs = Collections.newSetFromMap(new IdentityHashMap<>());
        parts.forEach(part -> runs.add(part.run()));
        if (runs.size() != 1) {
            throw new OperationFailed(
                    "the parts to seal are of " + runs.size() + " backups", "Check the routes that dump.");
        }
        return runs.iterator().next();
    }

    private static List<Component> components(List<BackupPart> parts) {
        Map<ComponentKind, BackupPart> byKind = new EnumMap<>(ComponentKind.class);
        for (BackupPart part : parts) {
            ComponentKind kind = part instanceof BackupPart.Dumped d
                    ? d.component().kind()
                    : part instanceof BackupPart.LeftOut l ? l.kind() : null;
            if (kind != null && byKind.put(kind, part) != null) {
                throw new OperationFailed(kind + " was dumped twice", "Check the routes that dump.");
            }
        }
        for (ComponentKind kind : ComponentKind.values()) {
            if (!(byKind.get(kind) instanceof BackupPart.Dumped) && !mayLack(kind, byKind.get(kind))) {
                throw new OperationFailed(kind + " was not dumped", "Check the routes that dump.");
            }
        }
        return byKind.values().stream()
                .filter(BackupPart.Dumped.class::isInstance)
                .map(part -> ((BackupPart.Dumped) part).component())
                .toList();
    }

    private static boolean mayLack(ComponentKind kind, @org.jspecify.annotations.Nullable BackupPart part) {
        return kind == ComponentKind.CRITICAL
                && part instanceof BackupPart.LeftOut
                && part.run().contents().criticalRelations().isEmpty();
    }

    private static BackupPart.Fingerprinted proof(List<BackupPart> parts) {
        List<BackupPart.Fingerprinted> proofs = parts.stream()
                .filter(BackupPart.Fingerprinted.class::isInstance)
                .map(BackupPart.Fingerprinted.class::cast)
                .toList();
        if (proofs.size() != 1) {
            throw new OperationFailed(
                    "the fingerprints were taken " + proofs.size() + " times", "Check the route backup-fingerprint.");
        }
        return proofs.get(0);
    }

    private Manifest write(
            BackupRun.Open run,
            List<Component> components,
            BackupPart.Fingerprinted proof,
            List<SequenceState> sequences)
            throws IOException {
        List<TableEntry> tables = run.contents().relations().stream()
                .map(r -> entry(r, proof.tables().getOrDefault(r, Fingerprint.NOT_TAKEN)))
                .toList();
        List<FileEntry> documents = new ArrayList<>();
        Optional<SigningKey> signing = signatures.key();
        String instructions = RestoreInstructions.of(run, components, signing.map(SigningKey::publicKey));
        documents.add(FileEntry.of(
                RestoreInstructions.FILE,
                DurableFile.write(run.folder().resolve(RestoreInstructions.FILE), utf8(instructions))));
        Manifest manifest = manifest(run, components, documents, tables, proof, sequences);
        for (var sums : manifest.sumFiles().entrySet()) {
            DurableFile.write(sums.getKey().in(run.folder()), utf8(sums.getValue()));
        }
        byte[] json = ManifestJson.write(manifest);
        Path folder = run.folder();
        DurableFile.write(Manifest.SUM_FILE.in(folder), utf8(Sha256.of(json).sumLine(Manifest.FILE.text())));
        if (signing.isPresent()) {
            DurableFile.write(Manifest.SIGNATURE_FILE.in(folder), signing.get().sign(json));
        }
        // Manifest last: a crash before this line leaves files that nobody takes for a backup.
        DurableFile.write(Manifest.FILE.in(folder), json);
        return manifest;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static TableEntry entry(Relation relation, Fingerprint fingerprint) {
        return new TableEntry(
                relation.oid(),
                relation.schema(),
                relation.name(),
                relation.kind(),
                fingerprint.rows(),
                fingerprint.hash());
    }

    private Manifest manifest(
            BackupRun.Open run,
            List<Component> components,
            List<FileEntry> documents,
            List<TableEntry> tables,
            BackupPart.Fingerprinted proof,
            List<SequenceState> sequences) {
        SnapshotContents contents = run.contents();
        return new Manifest(
                run.request().recipients().none() ? Manifest.FORMAT : Manifest.ENCRYPTED_FORMAT,
                run.id(),
                run.request().url().database().text(),
                run.snapshot().takenAt(),
                Manifest.summaryOf(components, tables),
                run.operation().id().text(),
                toolVersion,
                run.operation().startedAt(),
                clock.instant(),
                source(run),
                new Manifest.Options(
                        run.request().jobs(),
                        run.request().compression(),
                        run.request().proof().text()),
                contents.properties(),
                components,
                documents,
                tables,
                sequences,
                new Manifest.LargeObjects(contents.largeObjects(), proof.largeObjects()),
                contents.objects(),
                excluded(contents),
                contents.needs(),
                contents.critical(),
                run.warnings(),
                contents.footprint(),
                proof.auditChains(),
                run.request().recipients().none()
                        ? null
                        : new Manifest.Encryption(
                                Manifest.Encryption.AGE,
                                run.request().recipients().keys()));
    }

    private static Manifest.Source source(BackupRun.Open run) {
        SnapshotContents contents = run.contents();
        return new Manifest.Source(
                run.request().url().masked(),
                contents.databaseOid(),
                contents.systemIdentifier(),
                run.server().text(),
                run.server().number(),
                run.snapshot().id(),
                run.snapshot().lsn(),
                run.snapshot().xidHorizon(),
                new TreeMap<>(Map.of("pg_dump", run.tools().version())));
    }

    /** Sequences are looked at again: those that stood still while the dump ran are known exactly. */
    private static List<SequenceState> sequences(BackupRun.Open run) {
        Map<String, SequenceState> now = new DatabaseCatalog(run.snapshot().sql())
                .sequences().stream().collect(Collectors.toMap(SequenceState::sqlName, Function.identity()));
        return run.contents().sequences().stream()
                .map(before -> before.confirmedBy(now.getOrDefault(before.sqlName(), before)))
                .toList();
    }

    private static List<Manifest.Excluded> excluded(SnapshotContents contents) {
        List<Manifest.Excluded> excluded = new ArrayList<>();
        contents.relations()
                .forEach(r -> reason(r.kind())
                        .ifPresent(why -> excluded.add(new Manifest.Excluded(r.schema(), r.name(), why))));
        contents.extensionTables()
                .forEach(t -> excluded.add(new Manifest.Excluded(
                        t.schema(),
                        t.name(),
                        "it belongs to the extension " + t.extension() + ", which makes it anew")));
        return excluded;
    }

    private static Optional<String> reason(Relation.Kind kind) {
        return switch (kind) {
            case FOREIGN -> Optional.of("its rows stay with the foreign server");
            case UNPOPULATED_VIEW -> Optional.of("a materialised view that was never filled");
            case UNLOGGED_ON_STANDBY -> Optional.of("an unlogged table, whose rows are on the primary alone");
            default -> Optional.empty();
        };
    }
}
