package io.agentflow.dr.store;

import io.agentflow.dr.core.NotFound;
import org.jspecify.annotations.Nullable;

/** There is no such object. Exit code 6. */
public final class ObjectMissing extends NotFound {
    private static final long serialVersionUID = 1L;

    public ObjectMissing(ObjectStore store, ObjectKey key, @Nullable Throwable cause) {
        super("there is no '" + key + "' in " + store.name(), "See what is there with: af backup list", cause);
    }
}
