package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.config.KeptIn;
import io.agentflow.dr.config.LibpqEnvironment;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.follow.Follower;
import io.agentflow.dr.follow.SpareForFollowers.Family;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NamedStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How long the backups in a store are kept: as the store or their database says itself, or else as it is said for all. */
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
        return config.retention(
                meant(database).map(ServedDatabase::name).orElse(null),
                config.storeAt(store.place()).orElseGet(() -> new ConfiguredStore(store.name(), store.address())));
    }

    private Optional<ServedDatabase> meant(String database) {
        List<ServedDatabase> called =
                databases.stream().filter(one -> name(one).equals(database)).toList();
        // One that is known by its name alone lies elsewhere than configured: in a copy, or on a disk mounted
        // otherwise.
        return called.stream()
                .filter(one -> one.keptIn().stream().anyMatch(in -> in.store().isAt(store.place())))
                .findFirst()
                .or(() -> called.size() == 1 ? Optional.of(called.get(0)) : Optional.empty());
    }

    /**
     * The stores that follow this one if it is the primary of a database; else its primary.
     *
     * @param database as PostgreSQL calls it
     */
    Family family(String database, Function<ConfiguredStore, BackupStore> open) {
        Optional<ServedDatabase> meant = meant(database);
        List<ConfiguredStore> stores = meant.map(this::together).orElseGet(config::storesTogether);
        if (!stores.get(0).isAt(store.place())) {
            // What a person names is nobody's follower, as long as the configuration knows no two stores.
            return stores.size() == 1 ? Family.ALONE : new Family(List.of(), Optional.of(open.apply(stores.get(0))));
        }
        String served = meant.map(ServedDatabase::name).orElse(null);
        return new Family(
                stores.stream()
                        .skip(1)
                        .map(one -> new Follower(
                                new NamedStore(one.name(), open.apply(one)), config.retention(served, one)))
                        .toList(),
                Optional.empty());
    }

    /**
     * The primaries that this store follows with the backups of a database.
     *
     * @param database as PostgreSQL calls it; null if nobody knows
     */
    List<ConfiguredStore> followed(@Nullable String database) {
        Optional<ServedDatabase> meant = database == null ? Optional.empty() : meant(database);
        List<ConfiguredStore> stores = meant.map(this::together).orElse(List.of());
        if (stores.stream().noneMatch(one -> one.isAt(store.place()))) {
            return config.followedBy(store.place());
        }
        return stores.get(0).isAt(store.place()) ? List.of() : stores.subList(0, 1);
    }

    private List<ConfiguredStore> together(ServedDatabase database) {
        List<ConfiguredStore> own =
                database.keptIn().stream().map(KeptIn::store).toList();
        return own.equals(config.storesMeant()) ? config.storesTogether() : own;
    }

    private String name(ServedDatabase database) {
        return LibpqEnvironment.complete(DatabaseUrl.parse(database.url()), environment)
                .database()
                .text();
    }
}
