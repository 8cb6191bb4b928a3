package io.agentflow.dr.store;

import io.agentflow.dr.core.Busy;

/** The key is taken, and nothing is ever overwritten. Exit code 7. */
public final class ObjectExists extends Busy {
    private static final long serialVersionUID = 1L;

    public ObjectExists(ObjectStore store, ObjectKey key) {
        super("'" + key + "' exists already in " + store.name(), "Run the command again, under another id.");
    }
}
