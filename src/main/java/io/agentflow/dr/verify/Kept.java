package io.agentflow.dr.verify;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.store.BackupStore;
import java.nio.file.Path;

/**
 * Where a backup is kept, as messages name it.
 *
 * @param store as a command line names it; empty if nobody knows
 * @param location where a person finds its files
 */
public record Kept(String store, String location) {
    public static Kept in(BackupStore store, BackupId id) {
        return new Kept(store.name(), store.location(id));
    }

    /** In a folder of its store's directory. */
    public static Kept at(Path folder) {
        Path store = folder.getParent();
        return new Kept(store == null ? "" : store.toString(), folder.toString());
    }

    /** Whether its files must be fetched before anybody can read them. */
    boolean remote() {
        return location.contains("://");
    }

    /** The store as the last word of a command, with the blank before it. */
    String word() {
        return store.isEmpty() ? "" : " " + ShellWord.of(store);
    }
}
