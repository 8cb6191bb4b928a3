package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.LocalBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A backup whose manifest is what was sealed, and of which those files are read that are needed and no others. */
public final class PartlyVerified implements AutoCloseable {
    private final LocalBackup backup;
    private final Kept kept;
    private final Manifest manifest;

    /** Only a manifest that fits its seal makes one. */
    PartlyVerified(LocalBackup backup, Kept kept, Manifest manifest) {
        this.backup = backup;
        this.kept = kept;
        this.manifest = manifest;
    }

    public Path folder() {
        return backup.folder();
    }

    public Manifest manifest() {
        return manifest;
    }

    /**
     * Has the files that are wanted fetched, reads them and compares them with the manifest, several at a time.
     *
     * @return how many they are
     * @throws VerificationFailed if one of them is not what was written
     */
    public int require(Predicate<FileEntry> wanted) {
        List<FileEntry> files = manifest.files().stream().filter(wanted).toList();
        Set<String> paths = files.stream().map(file -> file.path().text()).collect(Collectors.toSet());
        backup.fetch(paths::contains);
        Queue<String> problems = new ConcurrentLinkedQueue<>();
        Readers.each(files, file -> compare(file, problems));
        if (!problems.isEmpty()) {
            throw damaged(manifest, kept, String.valueOf(problems.peek()));
        }
        return files.size();
    }

    /** Has these files in the folder; what they hold is for the reader to compare. */
    public void fetch(Set<String> paths) {
        backup.fetch(paths::contains);
    }

    private void compare(FileEntry file, Queue<String> problems) {
        Path path = file.path().in(folder());
        try {
            if (Files.exists(path) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                problems.add(file.path() + ": is not a plain file");
                return;
            }
            Digested arrived = backup.arrived().get(file.path());
            Digested content = arrived == null ? FileDigest.of(path, bytes -> {}) : arrived;
            if (content.bytes() != file.bytes() || !content.sha256().equals(file.sha256())) {
                problems.add(file.path() + ": is not what the manifest says");
            }
        } catch (IOException e) {
            problems.add(file.path() + ": " + SmallFile.why(e));
        }
    }

    /** Gives back what was decrypted. The backup that it was read from is whoever's who opened that. */
    @Override
    public void close() {
        if (backup instanceof DecryptedBackup decrypted) {
            decrypted.close();
        }
    }

    private static VerificationFailed damaged(Manifest manifest, Kept kept, String problem) {
        String where = kept.word();
        return new VerificationFailed(
                "backup " + manifest.id() + " is damaged: " + problem,
                "See all with: af backup verify " + manifest.id() + where + "; take another one from: af backup list"
                        + where);
    }
}
