package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.store.StoreUri;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Knows that a backup which one store lacks may be in another one of the configuration. */
final class Elsewhere {
    private final AfConfig config;
    private final Function<ConfiguredStore, BackupStore> open;
    private final KnownStores places;

    Elsewhere(AfConfig config, Function<ConfiguredStore, BackupStore> open) {
        this.config = config;
        this.open = open;
        this.places = new KnownStores(config.stateDirectory());
    }

    /** Finds a backup in a store. @throws NotFound if it is not there, with the name of a store that has it */
    BackupId select(BackupCatalog catalog, String selector, Supplier<BackupId> finding) {
        try {
            return here(catalog, finding);
        } catch (NotFound e) {
            throw config.knownStores().stream()
                    .filter(one -> !one.isAt(catalog.store().place()))
                    .flatMap(one -> found(one, selector).stream())
                    .findFirst()
                    .map(hint -> new NotFound(e.fact(), hint, e))
                    .orElse(e);
        }
    }

    /** Finds a backup in a store. @throws NotFound if it is not there, with no other one's name: there it must stay */
    BackupId here(BackupCatalog catalog, Supplier<BackupId> finding) {
        try {
            return finding.get();
        } catch (NotFound missing) {
            throw unlessOutOfSight(catalog.store(), missing);
        }
    }

    /** In a place that is not there no backup is missing: its name is wrong, or its disk not mounted. */
    private NotFound unlessOutOfSight(BackupStore store, NotFound missing) {
        try {
            places.doubt(store);
        } catch (StoreUnreachable e) {
            throw e;
        } catch (Unreachable e) {
            return new NotFound(e.fact(), e.hint(), missing);
        } catch (OperationFailed e) {
            // Nobody remembers what was there: the backup is missing all the same.
            return missing;
        }
        if (store.remote() || store.present() || isUnsaid(store)) {
            return missing;
        }
        NotFound absent = store.absent();
        List<ConfiguredStore> known = config.stores().all();
        return known.isEmpty()
                ? absent
                : new NotFound(
                        absent.fact(),
                        absent.hint() + " The stores of the configuration are " + StoresMeant.names(known) + ".");
    }

    /** Whether it is the directory that is taken where nothing is said, which the first backup makes. */
    private boolean isUnsaid(BackupStore store) {
        return !config.saysStores() && config.storesMeant().get(0).isAt(store.place());
    }

    private Optional<String> found(ConfiguredStore other, String selector) {
        try {
            BackupId id = new BackupCatalog(open.apply(other)).select(selector);
            return Optional.of(other.name() + " has " + id + ": name it with --store " + ShellWord.of(other.name()));
        } catch (AfException e) {
            // Not there either, or away: what was asked for is missing all the same.
            return Optional.empty();
        }
    }

    /** The same failure with another store in its hint, if there is one among these. */
    static Optional<AfException> besides(StoreUnreachable away, List<ConfiguredStore> stores) {
        boolean known = stores.stream().anyMatch(one -> is(one, away));
        return stores.stream()
                .filter(one -> known && !is(one, away))
                .findFirst()
                .map(other -> new AfException(
                        away.exitCode(),
                        away.fact(),
                        away.hint() + (away.hint().isEmpty() ? "" : "\n")
                                + "Or name another store of the configuration: --store " + ShellWord.of(other.name()),
                        away));
    }

    private static boolean is(ConfiguredStore one, StoreUnreachable away) {
        try {
            return StoreUri.parse(one.uri()).toString().equals(away.store());
        } catch (UsageError e) {
            // It is none: whoever opens it is told.
            return false;
        }
    }
}
