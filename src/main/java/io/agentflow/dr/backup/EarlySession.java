package io.agentflow.dr.backup;

import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Early;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The session that a backup begins with, opened while the routes are still being loaded. The first caller gets it, or
 * the failure to open it; a later attempt gets a new one.
 */
public final class EarlySession implements Supplier<Sql> {
    private final DatabaseUrl url;
    private final String name;
    private final AtomicReference<@Nullable Early<Sql>> early;

    /** Begins to connect. */
    public EarlySession(DatabaseUrl url, String name) {
        this.url = url;
        this.name = name;
        this.early = new AtomicReference<>(new Early<>("connect", this::open));
    }

    private Sql open() {
        return Connections.open(url, name);
    }

    @Override
    public Sql get() {
        Early<Sql> first = early.getAndSet(null);
        return first == null ? open() : first.get();
    }
}
