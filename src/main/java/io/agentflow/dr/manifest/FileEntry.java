package io.agentflow.dr.manifest;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Sha256;

/** One file of a backup: where it lies, how long it is, and its digest. */
public record FileEntry(BackupPath path, long bytes, Sha256 sha256) {

    public static FileEntry of(String path, Digested content) {
        return new FileEntry(new BackupPath(path), content.bytes(), content.sha256());
    }
}
