package io.agentflow.dr.store;

/**
 * A store, and how the configuration calls it.
 *
 * @param name where it has none there, as it was written
 */
public record NamedStore(String name, BackupStore store) {
    @Override
    public String toString() {
        return name;
    }
}
