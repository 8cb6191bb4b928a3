package io.agentflow.dr.backup;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.verify.RecordEvidence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Makes a backup exist. Takes only what was read back and found whole. */
public final class PublishBackup {
    private final RecordEvidence evidence;

    public PublishBackup(RecordEvidence evidence) {
        this.evidence = evidence;
    }

    public BackupRun.Published publish(BackupRun.Verified verified) {
        Manifest manifest = verified.backup().manifest();
        BackupStore store = verified.request().store();
        Path folder = verified.partial().publish(sealed(manifest));
        verified.operation().committed("backup " + manifest.id() + " is published");
        List<String> warnings = new ArrayList<>(manifest.warnings());
        Map<String, Object> finding = new TreeMap<>(verified.backup().signature());
        finding.put("operation", verified.operation().id().text());
        evidence.record(store, manifest.id(), EvidenceKind.VERIFIED, finding).ifPresent(warnings::add);
        return new BackupRun.Published(verified.operation(), manifest, folder, store.location(manifest.id()), warnings);
    }

    private static Map<BackupPath, Digested> sealed(Manifest manifest) {
        return manifest.files().stream()
                .collect(Collectors.toMap(FileEntry::path, file -> new Digested(file.bytes(), file.sha256())));
    }
}
