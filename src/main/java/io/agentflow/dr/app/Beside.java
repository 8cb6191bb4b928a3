package io.agentflow.dr.app;

import io.agentflow.dr.daemon.Health;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What runs beside the turns of the databases, one of its kind for each at a time: it may wait for a store that hangs, and
 * keeps no database from being backed up.
 */
final class Beside {
    private final Map<String, Instant> running = new HashMap<>();
    private final String name;
    private final Clock clock;

    /** @param name of its kind */
    Beside(String name, Clock clock) {
        this.name = name;
        this.clock = clock;
    }

    /** Begins one. @return false if one of its kind runs for this database */
    synchronized boolean begin(String database) {
        return running.putIfAbsent(database, clock.instant()) == null;
    }

    synchronized void end(String database) {
        running.remove(database);
        notifyAll();
    }

    /** Whether the one of a database has not run for too long: it may wait for a store that hangs. */
    synchronized Health.Check check(String database, Duration stuck) {
        return Health.Check.running(name, database, running.get(database), clock.instant(), stuck);
    }

    /** Waits until none runs any more. @return whether that was in time */
    boolean await(Deadline deadline, Runnable late) {
        return deadline.await(this, running::isEmpty, late);
    }
}
