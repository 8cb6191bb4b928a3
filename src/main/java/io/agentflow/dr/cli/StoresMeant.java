package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The stores that a command line means: the one that it names, those of a database, or all that the configuration has. */
final class StoresMeant {
    /** These mean another backup in another store. */
    private static final Set<String> BY_TIME = Set.of("latest", "oldest");

    private final AfConfig config;
    private final @Nullable String named;
    private final @Nullable String database;
    private final Function<ConfiguredStore, BackupStore> open;

    /**
     * @param named the store that the command line names; null if none
     * @param database the configured database whose stores are meant, if no store is named; null for those of all
     */
    StoresMeant(
            AfConfig config,
            @Nullable String named,
            @Nullable String database,
            Function<ConfiguredStore, BackupStore> open) {
        this.config = config;
        this.named = named;
        this.database = database;
        this.open = open;
    }

    private List<ConfiguredStore> meant() {
        if (named != null) {
            return List.of(config.stores().named(named));
        }
        return database == null ? config.storesInUse() : config.of(database).storesMeant();
    }

    private List<ConfiguredStore> primaries() {
        return named == null && database == null ? config.primaries() : meant().subList(0, 1);
    }

    /**
     * All of them, the primary first.
     *
     * @throws NotFound if it is but one, somebody has named it, and it is not there
     */
    List<NamedStore> all() {
        List<NamedStore> all = opened();
        if (mustBeThere(all)) {
            requirePresent(all.get(0).store());
        }
        return all;
    }

    /** All of them, the primary first, none of which was asked anything yet. */
    List<NamedStore> opened() {
        return meant().stream()
                .map(one -> new NamedStore(one.name(), open.apply(one)))
                .toList();
    }

    /** Whether it is but one, and somebody has named it: it is a mistake if that is not there. */
    boolean mustBeThere(List<NamedStore> all) {
        return all.size() == 1 && (named != null || config.saysStores());
    }

    /** @throws NotFound if it is not there */
    static void requirePresent(BackupStore store) {
        if (!store.present()) {
            throw store.absent();
        }
    }

    /**
     * Finds a backup in whichever of them has it, the primary first.
     *
     * @param of the database whose latest one is meant; null for any
     * @throws UsageError if it depends on the store which backup is meant, and nothing says which store
     * @throws NotFound if none of them has it
     */
    FoundBackup find(String selector, @Nullable DatabaseName of) {
        List<ConfiguredStore> stores = meant();
        if (stores.size() == 1) {
            return found(stores.get(0), selector, of, false);
        }
        if (BY_TIME.contains(selector)) {
            return found(primaryFor(selector), selector, of, true);
        }
        List<AfException> failures = new ArrayList<>();
        return stores.stream()
                .flatMap(one -> tried(one, selector, failures).stream())
                .findFirst()
                .orElseThrow(() -> missing(selector, stores, failures));
    }

    /**
     * Finds a backup in the primary alone: where that is away, or has lost it, what follows may have the last copy.
     *
     * @throws UsageError if there are several primaries, and nothing says which store
     * @throws NotFound if it is not there, with the name of a store that has it
     */
    FoundBackup findInPrimary(String selector) {
        List<ConfiguredStore> stores = meant();
        return stores.size() == 1
                ? found(stores.get(0), selector, null, false)
                : found(primaryFor(selector), selector, null, true);
    }

    private ConfiguredStore primaryFor(String selector) {
        List<ConfiguredStore> primaries = primaries();
        if (primaries.size() > 1) {
            throw new UsageError(
                    selector + " in which store? Those of the configuration are " + names(primaries),
                    "Name one: --store " + primaries.get(0).name() + ", or a database: -d "
                            + config.databaseNames().stream()
                                    .sorted()
                                    .findFirst()
                                    .orElse("NAME"));
        }
        return primaries.get(0);
    }

    private FoundBackup found(ConfiguredStore store, String selector, @Nullable DatabaseName of, boolean chosen) {
        BackupCatalog catalog = new BackupCatalog(open.apply(store));
        BackupId id = new Elsewhere(config, open)
                .select(catalog, selector, () -> of == null ? catalog.select(selector) : catalog.select(selector, of));
        return new FoundBackup(store.name(), catalog, id, chosen);
    }

    private Optional<FoundBackup> tried(ConfiguredStore store, String selector, List<AfException> failures) {
        try {
            BackupCatalog catalog = new BackupCatalog(open.apply(store));
            return Optional.of(new FoundBackup(store.name(), catalog, catalog.select(selector), true));
        } catch (NotFound | Unreachable e) {
            // The next one may have it all the same.
            failures.add(e);
            return Optional.empty();
        }
    }

    private static AfException missing(String selector, List<ConfiguredStore> stores, List<AfException> failures) {
        return failures.stream()
                .filter(Unreachable.class::isInstance)
                .findFirst()
                .orElseGet(() -> new NotFound(
                        "there is no backup '" + selector + "' in " + names(stores), "See: af backup list"));
    }

    static String names(List<ConfiguredStore> stores) {
        return stores.stream().map(ConfiguredStore::name).collect(Collectors.joining(", "));
    }
}
