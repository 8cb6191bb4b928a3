package io.agentflow.dr.copy;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.StoredFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the other store has under the id before a copy begins. */
final class PresentBackup {
    private final BackupStore store;
    private final BackupId id;

    PresentBackup(BackupStore store, BackupId id) {
        this.store = store;
        this.id = id;
    }

    /**
     * Whether that very backup is there, with all its files.
     *
     * @return false if there is none under its id
     * @throws Refused if there is another one
     * @throws VerificationFailed if files of it are missing there, or of another size
     */
    boolean whole(SealedFiles sealed) {
        try {
            Map<String, StoredFile> there = new TreeMap<>();
            listed().forEach(file -> there.put(file.path(), file));
            if (!there.containsKey(Manifest.FILE.text())) {
                return false;
            }
            if (!manifest().equals(sealed.manifest())) {
                throw new Refused(
                        "another backup " + id + " is in " + store.name() + ": their manifests differ",
                        "Nothing is overwritten. Compare them: af backup show " + id + " STORE --json.");
            }
            missing(sealed, there).ifPresent(path -> {
                throw damaged(path + " is missing or of another size");
            });
            return true;
        } catch (IOException e) {
            throw new OperationFailed(
                    "what " + store.name() + " has of " + id + " cannot be read: " + Reason.of(e),
                    "Check the store and its rights.",
                    e);
        }
    }

    private List<StoredFile> listed() throws IOException {
        try {
            return store.files(id);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private Digested manifest() throws IOException {
        try (DigestingStream json = new DigestingStream(store.open(ObjectKey.manifest(id)))) {
            json.transferTo(OutputStream.nullOutputStream());
            return json.result();
        }
    }

    private static Optional<BackupPath> missing(SealedFiles sealed, Map<String, StoredFile> there) {
        return sealed.others().entrySet().stream()
                .filter(file -> !sound(there.get(file.getKey().text()), file.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static boolean sound(@org.jspecify.annotations.Nullable StoredFile there, Digested wanted) {
        return there != null && there.plain() && there.bytes() == wanted.bytes();
    }

    /** @throws VerificationFailed if what was found out last about it there is that it is damaged */
    void requireNoBadEvidence() {
        new BackupCatalog(store).damageFound(id).ifPresent(kind -> {
            throw damaged(kind.words());
        });
    }

    private VerificationFailed damaged(String why) {
        String word = " " + id + " " + ShellWord.of(store.name());
        return new VerificationFailed(
                "backup " + id + " is in " + store.name() + " already, but damaged: " + why,
                "See all with: af backup verify" + word + "; to copy it anew, first: af backup delete" + word);
    }
}
