package io.agentflow.dr.follow;

import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.store.NamedStore;

/**
 * A store that gets the backups of a database after the primary has them.
 *
 * @param policy how long it keeps them
 */
public record Follower(NamedStore store, RetentionPolicy policy) {
    /** How the configuration calls it. */
    public String name() {
        return store.name();
    }
}
