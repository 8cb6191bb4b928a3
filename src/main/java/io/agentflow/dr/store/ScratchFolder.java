package io.agentflow.dr.store;

import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A folder of this machine for what must not stay, readable by its owner alone. It is gone when it is closed; what a
 * killed run has left is removed by the next one that takes such a folder in the same place.
 */
public final class ScratchFolder implements AutoCloseable {
    private final Path folder;
    private final StoreLock working;

    private ScratchFolder(Path folder, StoreLock working) {
        this.folder = folder;
        this.working = working;
    }

    /**
     * Makes one.
     *
     * @param place a directory for such folders alone, made if it is not there
     * @throws io.agentflow.dr.core.Refused if nothing can be written there
     */
    public static ScratchFolder in(Path place) {
        DirectoryStore owner = new DirectoryStore(place, DirectoryPermissions.OWNER);
        StoreLock working = StoreLock.hold(owner);
        return new ScratchFolder(owner.partial("scratch-" + UUID.randomUUID()), working);
    }

    public Path path() {
        return folder;
    }

    @Override
    public void close() {
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            throw new OperationFailed(folder + " cannot be removed: " + Reason.of(e), "Remove it by hand.", e);
        } finally {
            working.close();
        }
    }
}
