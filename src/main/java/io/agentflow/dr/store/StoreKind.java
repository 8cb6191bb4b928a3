package io.agentflow.dr.store;

import java.time.Clock;

/**
 * A kind of store, such as S3. Its adapter and all that it needs lie in a folder of their own, {@code lib/<scheme>}, where
 * {@link java.util.ServiceLoader} finds it: what works on a directory neither loads nor looks through them.
 */
public interface StoreKind {
    /** What its URIs begin with, such as {@code s3}. */
    String scheme();

    /**
     * Opens the store that the URI names. Speaks to nobody yet.
     *
     * @param clock for what is counted from now, such as retention
     * @throws io.agentflow.dr.core.UsageError if the URI's options are wrong
     */
    ObjectStore open(StoreUri uri, Clock clock);
}
