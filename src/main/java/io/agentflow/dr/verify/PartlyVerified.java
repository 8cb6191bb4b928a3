package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/** A backup whose manifest is what was sealed, and of which those files are read that are needed and no others. */
public final class PartlyVerified {
    private final Path folder;
    private final Manifest manifest;

    /** Only a manifest that fits its seal makes one. */
    PartlyVerified(Path folder, Manifest manifest) {
        this.folder = folder;
        this.manifest = manifest;
    }

    public Path folder() {
        return folder;
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
        List<FileEntry> files = manifest.files().stream().filter(wanted).toList();
        Queue<String> problems = new ConcurrentLinkedQueue<>();
        Readers.each(files, file -> compare(file, problems));
        if (!problems.isEmpty()) {
            throw damaged(manifest, folder, String.valueOf(problems.peek()));
        }
        return files.size();
    }

    private void compare(FileEntry file, Queue<String> problems) {
        Path path = file.path().in(folder);
        try {
            if (Files.exists(path) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                problems.add(file.path() + ": is not a plain file");
                return;
            }
            Digested content = FileDigest.of(path, bytes -> {});
            if (content.bytes() != file.bytes() || !content.sha256().equals(file.sha256())) {
                problems.add(file.path() + ": is not what the manifest says");
            }
        } catch (IOException e) {
            problems.add(file.path() + ": " + SmallFile.why(e));
        }
    }

    private static VerificationFailed damaged(Manifest manifest, Path folder, String problem) {
        Path store = folder.getParent();
        String where = store == null ? "" : " " + ShellWord.of(store.toString());
        return new VerificationFailed(
                "backup " + manifest.id() + " is damaged: " + problem,
                "See all with: af backup verify " + manifest.id() + where + "; take another one from: af backup list"
                        + where);
    }
}
