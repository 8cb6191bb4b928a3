package io.agentflow.dr.follow;

import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.store.BackupStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers across restarts which store was at which place. A disk that is not mounted leaves an empty folder behind:
 * taken for a new store it would be filled with all backups, and the primary would let them go.
 */
public final class KnownStores {
    private static final Logger LOG = LoggerFactory.getLogger(KnownStores.class);

    private final Path folder;

    /** @param state {@code af.state-dir}; of each place a small file stays in {@code stores} there */
    public KnownStores(Path state) {
        this.folder = state.resolve("stores");
    }

    /**
     * Returns if the store is the one that was seen at its place before, or none was.
     *
     * @throws Unreachable if another one is there now, or none
     */
    public void require(BackupStore store) {
        Path file = folder.resolve(
                Sha256.of(store.place().getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16) + ".marks");
        List<String> known = known(file);
        Set<String> marks = store.marks();
        if (!known.isEmpty() && Collections.disjoint(known, marks)) {
            throw new Unreachable(
                    store.name() + " is not the store that was there before: "
                            + (marks.isEmpty() ? "its mark, " + known.get(0) + ", is gone" : "its mark is another one"),
                    "Perhaps its disk is not mounted. If it was made anew on purpose, delete " + file + ".");
        }
        if (!known.containsAll(marks)) {
            remember(file, marks);
        }
    }

    private static List<String> known(Path file) {
        try {
            List<String> marks = Files.readAllLines(file);
            if (marks.isEmpty()) {
                throw unusable(file, new IOException("it is empty"));
            }
            return marks;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    /** Who may not remember it goes on: whoever may has it remembered the next time. */
    private void remember(Path file, Set<String> marks) {
        byte[] lines = String.join("\n", new TreeSet<>(marks)).getBytes(StandardCharsets.UTF_8);
        try {
            Files.createDirectories(folder);
            DurableFile.write(file, lines);
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                // Another user's service reads it, too; it holds no secret.
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            }
            DurableFile.forceDirectory(folder);
        } catch (IOException e) {
            LOG.warn("{} cannot be written: it is not remembered which store is where", file, e);
        }
    }

    private static OperationFailed unusable(Path file, IOException e) {
        return new OperationFailed(
                "it cannot be told whether a store is the one that was there before: " + file + ": " + Reason.of(e),
                "Give this user the right to read it; if it is damaged, delete it while all stores are mounted.",
                e);
    }
}
