package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.BackupId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** A backup that is made where it will stay: one rename publishes it. */
record DirectoryBackup(DirectoryStore store, BackupId id, Path folder) implements NewBackup {

    /** It is there already. */
    @Override
    public void finished(String path, Digested content) {}

    @Override
    public String publish(Map<String, Digested> sealed) {
        return store.publish(id, folder).toString();
    }

    @Override
    public void close() {
        try {
            // Once published the folder has another name, and there is nothing to delete under this one.
            DirectoryStore.deleteTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
