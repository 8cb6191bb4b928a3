package io.agentflow.dr.follow;

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
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Remembers across restarts which store was at which place. A disk that is not mounted leaves an empty folder behind:
 * taken for a new store it would be filled with all backups, and the primary would let them go.
 */
public final class KnownStores {
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
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void remember(Path file, Set<String> marks) {
        try {
            Files.createDirectories(folder);
            Path whole = Files.createTempFile(folder, "new", ".tmp");
            Files.write(whole, marks.stream().sorted().toList());
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private static OperationFailed unusable(IOException e) {
        return new OperationFailed(
                "it cannot be told whether a store is the one that was there before: " + Reason.of(e),
                "Check af.state-dir and its rights.",
                e);
    }
}
