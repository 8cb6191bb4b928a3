package io.agentflow.dr.store;

import io.agentflow.dr.core.Unreachable;
import org.jspecify.annotations.Nullable;

/** A store did not answer, answered that it cannot, or would not let us in. Exit code 8. */
public final class StoreUnreachable extends Unreachable {
    private static final long serialVersionUID = 1L;

    private final String store;
    private final boolean retryable;

    private StoreUnreachable(
            ObjectStore store, String what, String hint, boolean retryable, @Nullable Throwable cause) {
        super("the store " + store.name() + " " + what, hint, cause);
        this.store = store.name();
        this.retryable = retryable;
    }

    /**
     * It is away, overloaded or too slow: another try may succeed with nothing changed. So it may where its host is
     * unknown: the name may be wrong, or no name server at hand.
     */
    public static StoreUnreachable passing(ObjectStore store, String why, @Nullable Throwable cause) {
        return UnknownHost.beneath(cause)
                .map(host -> unknown(store, host, cause))
                .orElseGet(() -> away(store, why, cause));
    }

    private static StoreUnreachable unknown(ObjectStore store, UnknownHost host, @Nullable Throwable cause) {
        return new StoreUnreachable(
                store,
                "did not answer: " + host.words(),
                "Check the names in its URI (bucket or account, region, endpoint), and this machine's DNS.",
                true,
                cause);
    }

    private static StoreUnreachable away(ObjectStore store, String why, @Nullable Throwable cause) {
        return new StoreUnreachable(
                store,
                "did not answer as it should: " + why,
                "Run the command again in a while; nothing that is in the store has changed.",
                true,
                cause);
    }

    /** It will answer the same until somebody changes something, such as rights or credentials. */
    public static StoreUnreachable lasting(ObjectStore store, String why, String hint, @Nullable Throwable cause) {
        return new StoreUnreachable(store, why, hint, false, cause);
    }

    /** Which one, without its options: {@code s3://bucket/prefix}. */
    public String store() {
        return store;
    }

    @Override
    public boolean retryable() {
        return retryable;
    }
}
