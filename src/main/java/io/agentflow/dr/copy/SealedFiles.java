package io.agentflow.dr.copy;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.LocalBackup;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * Every file that a backup consists of, with the digest that its manifest demands.
 *
 * @param manifest that of the manifest itself, which comes last
 * @param others all the others
 */
record SealedFiles(Digested manifest, SortedMap<BackupPath, Digested> others) {
    /** What stands beside the manifest and is about it: its seal, and a signature where there is one. */
    private static final String ABOUT_IT = "manifest.";

    /** @param sealed was just compared with its seal; the manifest and what is about it lie in the folder */
    static SealedFiles of(Manifest sealed, LocalBackup files) {
        SortedMap<BackupPath, Digested> others = sealed.sealed();
        files.fetch(path -> path.startsWith(ABOUT_IT));
        try (DirectoryStream<Path> about = Files.newDirectoryStream(files.folder(), ABOUT_IT + "*")) {
            for (Path file : about) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    others.put(new BackupPath(String.valueOf(file.getFileName())), FileDigest.of(file));
                }
            }
        } catch (IOException e) {
            throw new OperationFailed(
                    "the backup " + sealed.id() + " cannot be read: " + Reason.of(e), "Check its store.", e);
        }
        Digested manifest = others.remove(Manifest.FILE);
        if (manifest == null) {
            throw new IllegalStateException("a manifest that was read is gone");
        }
        return new SealedFiles(manifest, others);
    }

    int count() {
        return others.size() + 1;
    }

    long bytes() {
        return manifest.bytes()
                + others.values().stream().mapToLong(Digested::bytes).sum();
    }
}
