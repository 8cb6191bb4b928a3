package io.agentflow.dr.store;

import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.core.UsageError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers across restarts which store was at which place. A disk that is not mounted leaves an empty folder behind:
 * taken for a new store it would be filled with all backups, and the primary would let them go.
 */
public final class KnownStores {
    /** Of which it was said already in this process that they cannot be written. */
    private static final Set<Path> TOLD = ConcurrentHashMap.newKeySet();

    private final Path folder;

    /** @param state {@code af.state-dir}; of each place a small file stays in {@code stores} there */
    public KnownStores(Path state) {
        this.folder = state.resolve("stores");
    }

    /**
     * Returns if the store is the one that was seen at its place before, or none was.
     *
     * @return its marks
     * @throws Unreachable if another one is there now, or none
     */
    public Set<String> require(BackupStore store) {
        return required(store, store.marks());
    }

    /**
     * Why a place is not the store that was seen there before, for whoever only reads there.
     *
     * @return empty if it is, or none was
     * @throws Unreachable if the place cannot be asked
     */
    public Optional<Unreachable> stranger(BackupStore store) {
        Set<String> marks = store.marks();
        try {
            required(store, marks);
            return Optional.empty();
        } catch (Unreachable e) {
            return Optional.of(e);
        }
    }

    /**
     * The same of a directory alone, for whoever lists: to ask another store for its marks would be one request more, and
     * nothing of it is unmounted. A memory that this user may not read raises no doubt.
     */
    public Optional<Unreachable> strangeDirectory(BackupStore store) {
        try {
            return store.remote() ? Optional.empty() : stranger(store);
        } catch (OperationFailed e) {
            log().debug("{} cannot be told from another store", store.name(), e);
            return Optional.empty();
        }
    }

    /**
     * What stands against making more backups there, though nothing forbids it: a mark may be lost where backups are. A life
     * cycle rule or a cleaning hand must not stop backups; from such a place nothing is sent and nothing expires.
     *
     * @return in words; empty if nothing does
     * @throws Unreachable if another store is there now, or none
     */
    public Optional<String> doubt(BackupStore store) {
        return strangerOrForgotten(store).map(e -> {
            if (!store.marks().isEmpty() || store.ids().isEmpty()) {
                throw e;
            }
            return store.name() + " has backups, but not its mark, and is not sent from until it has. " + e.hint();
        });
    }

    /** A memory that is there and says nothing is of a store that was there; where nothing is now, that is not to be filled. */
    private Optional<Unreachable> strangerOrForgotten(BackupStore store) {
        try {
            return stranger(store);
        } catch (OperationFailed e) {
            if (store.ids().isEmpty() && files(store).stream().anyMatch(Files::isReadable)) {
                throw new Unreachable(e.fact(), e.hint(), e);
            }
            throw e;
        }
    }

    /**
     * Wants that a store which lists nothing is there, and no other one than before: its backups may only be out of sight.
     *
     * @throws Unreachable if another one is there now, or none
     * @throws io.agentflow.dr.core.NotFound if there is no such directory
     */
    public void requireInSight(BackupStore store) {
        require(store);
        if (!store.remote() && !store.present()) {
            throw store.absent();
        }
    }

    /** What is remembered of a place; of one that is a link, of both ends. */
    private List<Path> files(BackupStore store) {
        List<Path> files = new ArrayList<>(List.of(file(store.place())));
        if (!store.remote()) {
            try {
                String real = Path.of(store.place()).toRealPath().toString();
                if (!real.equals(store.place())) {
                    files.add(file(real));
                }
            } catch (IOException e) {
                log().debug("{} is not there", store.name(), e);
            }
        }
        return files;
    }

    private Path file(String place) {
        return folder.resolve(
                Sha256.of(place.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16) + ".marks");
    }

    private Set<String> required(BackupStore store, Set<String> marks) {
        List<Path> lacking = new ArrayList<>();
        for (Path file : files(store)) {
            List<String> known = known(file);
            if (!known.isEmpty() && Collections.disjoint(known, marks)) {
                throw other(store, marks, known.get(0), file);
            }
            if (!known.containsAll(marks)) {
                lacking.add(file);
            }
        }
        // Not before all were compared: what one end of a link would remember, the other may refuse.
        lacking.forEach(file -> remember(file, marks));
        return marks;
    }

    private static Unreachable other(BackupStore store, Set<String> marks, String known, Path file) {
        String anew = "if it was made anew on purpose, delete " + file + ".";
        String hint = "Perhaps its disk is not mounted: then mount it; " + anew;
        if (marks.isEmpty() && !store.ids().isEmpty()) {
            // Never where nothing is: whoever marks a mount point has it filled.
            hint = "Perhaps its disk is not mounted: then mount it. If these are its backups, make an empty file "
                    + known + " at its top; " + anew;
        }
        return new Unreachable(
                store.name() + " is not the store that was there before: "
                        + (marks.isEmpty() ? "its mark, " + known + ", is gone" : "its mark is another one"),
                hint);
    }

    /**
     * Returns if these are two places, and the stores that were seen there before. Both are marked as far as they are there,
     * so that it can be told; if that is not allowed, and neither has a mark, both may be one.
     *
     * @param one that is there, or is made by this
     * @throws UsageError if they are one
     * @throws Unreachable if another store is at the place of either now, or none
     */
    public void requireApart(BackupStore one, BackupStore other) {
        if (one.place().equals(other.place())
                || !Collections.disjoint(marked(one, true), marked(other, other.present()))) {
            throw new UsageError(
                    one.name().equals(other.name())
                            ? "both stores are " + one.name()
                            : one.name() + " and " + other.name() + " are one and the same place",
                    "Two stores must be two places. If " + other.name()
                            + " was made by copying the other's files, delete " + "what is called " + PlaceMark.NAME
                            + "… at its top, and " + file(other.place()) + ".");
        }
    }

    private Set<String> marked(BackupStore store, boolean there) {
        Set<String> marks = require(store);
        return marks.isEmpty() && there ? required(store, mark(store)) : marks;
    }

    /**
     * Marks a directory in which a backup was made, and remembers it: when its disk is not mounted one day, what is there is
     * not filled in its stead. Other places do not lose their disks. What stands in the way is for the next backup to tell.
     */
    public void keepInMind(BackupStore store) {
        if (store.remote()) {
            return;
        }
        try {
            marked(store, true);
        } catch (AfException e) {
            log().debug("{} is not remembered", store.name(), e);
        }
    }

    private static Set<String> mark(BackupStore store) {
        try {
            return store.mark();
        } catch (AfException e) {
            log().debug("{} cannot be marked", store.name(), e);
            return store.marks();
        }
    }

    private static List<String> known(Path file) {
        try {
            List<String> marks = Files.readAllLines(file);
            if (marks.isEmpty() || PlaceMark.among(marks.stream()).size() != marks.size()) {
                throw unusable(file, new IOException(marks.isEmpty() ? "it is empty" : "it holds no marks"));
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
            // Another user's service reads it, too; it holds no secret.
            DirectoryPermissions.ALL.apply(file);
            DurableFile.forceDirectory(folder);
        } catch (IOException e) {
            if (TOLD.add(file)) {
                log().warn("it is not remembered which store is where: {}: {}", file, Reason.of(e));
            }
        }
    }

    /** Not before there is something to say: to begin logging takes longer than to list a thousand backups. */
    private static Logger log() {
        return LoggerFactory.getLogger(KnownStores.class);
    }

    private static OperationFailed unusable(Path file, IOException e) {
        return new OperationFailed(
                "it cannot be told whether a store is the one that was there before: " + file + ": " + Reason.of(e),
                "Give this user the right to read it; if it is damaged, delete it while all stores are mounted.",
                e);
    }
}
