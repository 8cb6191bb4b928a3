package io.agentflow.dr.follow;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Compares a backup of the primary with what a follower has under its id: that it is listed there does not make it a copy. */
public final class SameBackup {
    private static final int CHUNK = 64 * 1024;

    private final BackupStore primary;
    private final BackupStore follower;

    public SameBackup(BackupStore primary, BackupStore follower) {
        this.primary = primary;
        this.follower = follower;
    }

    /**
     * Why that is no copy: another manifest, or a file of the manifest that is missing or of another size. The files are
     * not read.
     *
     * @return empty if it is one
     */
    public Optional<String> doubt(BackupId id) {
        try {
            return reachable(id);
        } catch (AfException e) {
            return unreadable(e.fact());
        }
    }

    /**
     * The same, where it matters whether a store went away meanwhile.
     *
     * @throws Unreachable if one did
     */
    Optional<String> reachable(BackupId id) {
        return reading(() -> sameManifest(id)
                ? lacking(follower, id, new BackupCatalog(primary).manifest(id))
                : Optional.of("has another manifest"));
    }

    /**
     * What a store lacks of the files that a manifest names. What else lies there is no part of the backup.
     *
     * @throws Unreachable if the store went away meanwhile
     */
    static Optional<String> lacking(BackupStore store, BackupId id, Manifest manifest) {
        return reading(() -> {
            Map<String, Long> there = store.files(id).stream()
                    .collect(Collectors.toMap(StoredFile::path, StoredFile::bytes, (one, same) -> one));
            return manifest.sealed().entrySet().stream()
                    .filter(file -> !Objects.equals(
                            file.getValue().bytes(), there.get(file.getKey().text())))
                    .map(file -> "lacks " + file.getKey() + ", or has it in another size")
                    .findFirst();
        });
    }

    private interface Reading {
        Optional<String> doubt() throws IOException;
    }

    private static Optional<String> reading(Reading reading) {
        try {
            return reading.doubt();
        } catch (Unreachable e) {
            throw e;
        } catch (AfException e) {
            return unreadable(e.fact());
        } catch (IOException e) {
            return unreadable(Reason.of(e));
        }
    }

    private static Optional<String> unreadable(String why) {
        return Optional.of("cannot be read: " + why);
    }

    private boolean sameManifest(BackupId id) throws IOException {
        try (InputStream one = primary.open(ObjectKey.manifest(id));
                InputStream other = follower.open(ObjectKey.manifest(id))) {
            while (true) {
                byte[] ofOne = one.readNBytes(CHUNK);
                if (!Arrays.equals(ofOne, other.readNBytes(CHUNK))) {
                    return false;
                }
                if (ofOne.length == 0) {
                    return true;
                }
            }
        }
    }
}
