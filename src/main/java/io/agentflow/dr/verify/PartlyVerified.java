package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.BackupFiles;
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
public final class PartlyVerified {
    private final BackupFiles files;
    private final Manifest manifest;

    /** Only a manifest that fits its seal makes one. */
    PartlyVerified(BackupFiles files, Manifest manifest) {
        this.files = files;
        this.manifest = manifest;
    }

    public Path folder() {
        return files.folder();
    }

    public Manifest manifest() {
        return manifest;
    }

    /**
     * Reads the files that are wanted and compares them with the manifest, several at a time.
     *
     * @return how many they are
     * @throws VerificationFailed if one of them is not what was written
     */
    public int require(Predicate<FileEntry> wanted) {
        List<FileEntry> entries = manifest.files().stream().filter(wanted).toList();
        Set<String> paths = entries.stream().map(file -> file.path().text()).collect(Collectors.toSet());
        Queue<String> problems = new ConcurrentLinkedQueue<>();
        try {
            files.prepare(paths::contains);
        } catch (IOException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        Readers.each(entries, files.readers(), file -> compare(file, problems));
        if (!problems.isEmpty()) {
            throw damaged(String.valueOf(problems.peek()));
        }
        return entries.size();
    }

    private void compare(FileEntry file, Queue<String> problems) {
        Path path = file.path().in(files.folder());
        try {
            if (Files.exists(path) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                problems.add(file.path() + ": is not a plain file");
                return;
            }
            Digested content = files.read(file.path().text(), bytes -> {});
            if (content.bytes() != file.bytes() || !content.sha256().equals(file.sha256())) {
                problems.add(file.path() + ": is not what the manifest says");
            }
        } catch (IOException e) {
            problems.add(file.path() + ": " + SmallFile.why(e));
        }
    }

    private VerificationFailed damaged(String problem) {
        String where = files.store().isEmpty() ? "" : " " + files.store();
        return new VerificationFailed(
                "backup " + manifest.id() + " is damaged: " + problem,
                "See all with: af backup verify " + manifest.id() + where + "; take another one from: af backup list"
                        + where);
    }
}
