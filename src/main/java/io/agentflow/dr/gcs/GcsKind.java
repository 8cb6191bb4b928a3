package io.agentflow.dr.gcs;

import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreKind;
import io.agentflow.dr.store.StoreUri;
import java.time.Clock;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Opens stores such as {@code gs://bucket/prefix}. */
public final class GcsKind implements StoreKind {
    /** Held, or its level would be forgotten: Google's classes write hints for programmers among af's own lines. */
    private static final Logger GOOGLE = Logger.getLogger("com.google");

    @Override
    public String scheme() {
        return "gs";
    }

    @Override
    public ObjectStore open(StoreUri uri, Clock clock) {
        GOOGLE.setLevel(Level.OFF);
        return new GcsStore(uri, GcsOptions.of(uri));
    }
}
