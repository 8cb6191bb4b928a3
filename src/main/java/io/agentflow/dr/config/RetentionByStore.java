package io.agentflow.dr.config;

import io.agentflow.dr.retention.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How long backups are kept, by database and store. Of each rule, what the store says counts before what the database
 * says, and that before what is said for all. Where nobody says for how long, a directory keeps them for 30 days, and what
 * lies elsewhere for a year.
 */
public final class RetentionByStore {
    /** Space elsewhere costs less than to have no backup of last winter. */
    private static final String REMOTE = "365d";

    private static final String WITHIN = "retention." + RetentionPolicy.WITHIN;

    private final AfConfig config;

    public RetentionByStore(AfConfig config) {
        this.config = config;
    }

    /** The policy of a store for a database of which nothing is said. */
    public RetentionPolicy policy(ConfiguredStore store) {
        return policy(store, key -> null, "af.", new ArrayList<>());
    }

    /**
     * The policy of a store for a database.
     *
     * @param database what it says itself, by the last part of the key; null where it says nothing
     * @param wrong gets what is wrong with it, by key
     */
    RetentionPolicy policy(
            ConfiguredStore store, Function<String, @Nullable String> database, String prefix, List<String> wrong) {
        return new RetentionKeys(key -> value(store, database, key), prefix, wrong).policy(config.zone());
    }

    /** Notes what is wrong with what a store says itself. */
    void check(ConfiguredStore store, List<String> wrong) {
        policy(store, key -> null, "af.store." + store.name() + ".", wrong);
    }

    private String value(ConfiguredStore store, Function<String, @Nullable String> database, String key) {
        String own = config.stores().rule(store, key).orElse(database.apply(key));
        if (own != null) {
            return own;
        }
        ConfigKey general = ConfigKey.of("af." + key).orElseThrow();
        return key.equals(WITHIN) && !config.given(general) && !store.isDirectory() ? REMOTE : config.text(general);
    }
}
