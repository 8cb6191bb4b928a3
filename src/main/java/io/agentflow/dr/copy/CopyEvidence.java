package io.agentflow.dr.copy;

import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes along what was found out about a backup and laid down for it, its pins too. What tells of the files themselves
 * stays with them: that these were damaged says nothing of a copy whose every byte was compared with the manifest, and that
 * they are whole says nothing of a copy in which damage was found.
 */
final class CopyEvidence {
    /** Of what af writes no file comes near it. */
    private static final int MOST_BYTES = 1024 * 1024;

    private final BackupStore from;
    private final BackupStore to;

    CopyEvidence(BackupStore from, BackupStore to) {
        this.from = from;
        this.to = to;
    }

    /** Adds what the other store lacks, oldest first. @return what could not be taken along, and why */
    List<String> copy(BackupId id) {
        List<String> warnings = new ArrayList<>();
        Set<String> there = new HashSet<>(to.evidence(id));
        boolean doubtful = there.stream()
                .flatMap(name -> EvidenceFile.parse(name).stream())
                .anyMatch(one -> !one.kind().good());
        for (String name : from.evidence(id).stream().sorted().toList()) {
            EvidenceFile.parse(name)
                    .filter(file -> !there.contains(name) && holdsThere(file.kind(), doubtful))
                    .ifPresent(file -> copy(id, file, warnings));
        }
        return warnings;
    }

    private static boolean holdsThere(EvidenceKind kind, boolean doubtful) {
        return kind != EvidenceKind.VERIFY_FAILED && (!doubtful || kind.weight() == EvidenceKind.Weight.PIN);
    }

    private void copy(BackupId id, EvidenceFile file, List<String> warnings) {
        ObjectKey key = new ObjectKey(id, new BackupPath(EvidenceFile.FOLDER + "/" + file.name()));
        try {
            byte[] content = content(key);
            if (file.holds(Sha256.of(content))) {
                to.addEvidence(id, file.name(), content);
            } else {
                warnings.add("'" + key + "' in " + from.name() + " is not what was written, and was left there");
            }
        } catch (FileAlreadyExistsException e) {
            // Somebody else has copied it meanwhile.
            return;
        } catch (AfException e) {
            warnings.add("'" + key + "' could not be copied: " + e.fact());
        } catch (IOException e) {
            warnings.add("'" + key + "' could not be copied: " + Reason.of(e));
        }
    }

    private byte[] content(ObjectKey key) throws IOException {
        try (InputStream in = from.open(key)) {
            return in.readNBytes(MOST_BYTES);
        }
    }
}
