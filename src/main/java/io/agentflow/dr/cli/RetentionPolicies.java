package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.LibpqEnvironment;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.store.BackupStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** How long the backups in a store are kept: as their database says itself, or else as it is said for all. */
final class RetentionPolicies implements Function<String, RetentionPolicy> {
    private final AfConfig config;
    private final BackupStore store;
    private final List<ServedDatabase> databases;
    private final Map<String, String> environment;

    /**
     * @param environment libpq's: an address need not name its database
     * @throws io.agentflow.dr.core.UsageError with everything that is wrong with the configured databases, by key
     */
    RetentionPolicies(AfConfig config, BackupStore store, Map<String, String> environment) {
        this.config = config;
        this.store = store;
        this.databases = config.databases();
        this.environment = environment;
    }

    /** The policy of a database, by the name that PostgreSQL calls it. */
    @Override
    public RetentionPolicy apply(String database) {
        List<ServedDatabase> called =
                databases.stream().filter(one -> name(one).equals(database)).toList();
        // One that is known by its name alone lies elsewhere than configured: in a copy, or on a disk mounted
        // otherwise.
        return called.stream()
                .filter(one -> same(Path.of(one.store()), Path.of(store.place())))
                .findFirst()
                .or(() -> called.size() == 1 ? Optional.of(called.get(0)) : Optional.empty())
                .map(ServedDatabase::retention)
                .orElseGet(config::retention);
    }

    private String name(ServedDatabase database) {
        return LibpqEnvironment.complete(DatabaseUrl.parse(database.url()), environment)
                .database()
                .text();
    }

    private static boolean same(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            return false;
        }
    }
}
