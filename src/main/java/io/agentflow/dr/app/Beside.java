package io.agentflow.dr.app;

import java.util.HashSet;
import java.util.Set;

/**
 * What runs beside the turns of the databases, one of its kind for each at a time: it may wait for a store that hangs, and
 * keeps no database from being backed up.
 */
final class Beside {
    private final Set<String> running = new HashSet<>();

    /** Begins one. @return false if one of its kind runs for this database */
    synchronized boolean begin(String database) {
        return running.add(database);
    }

    synchronized void end(String database) {
        running.remove(database);
        notifyAll();
    }

    /** Waits until none runs any more. @return whether that was in time */
    boolean await(Deadline deadline, Runnable late) {
        return deadline.await(this, running::isEmpty, late);
    }
}
