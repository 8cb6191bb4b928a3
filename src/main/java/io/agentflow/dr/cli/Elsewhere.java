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
import io.agentflow.dr.follow.FirstSight;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.NamedStore;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.store.StoreUri;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Knows that a backup which one store lacks may be in another one of the configuration. */
final class Elsewhere {
    /** How long a failure waits to be told for a hint. */
    private static final Duration HINT = Duration.ofSeconds(5);

    private final Terminal terminal;
    private final String option;
    private final AfConfig config;
    private final Function<ConfiguredStore, BackupStore> open;
    private final KnownStores places;

    /** @param option by which the command takes a store */
    Elsewhere(Terminal terminal, AfConfig config, String option, Function<ConfiguredStore, BackupStore> open) {
        this.terminal = terminal;
        this.option = option;
        this.config = config;
        this.open = open;
        this.places = new KnownStores(config.stateDirectory());
    }

    /**
     * Finds a backup in a store, and says so if that may be another one than it was: its newest need not be the newest.
     *
     * @throws AfException if it is not there, with the name of a store that has it
     */
    BackupId select(BackupCatalog catalog, String selector, Supplier<BackupId> finding) {
        try {
            BackupId id = finding.get();
            if (StoresMeant.BY_TIME.contains(selector)) {
                places.strangeDirectory(catalog.store()).ifPresent(why -> terminal.sayDoubt("", why));
            }
            return id;
        } catch (NotFound missing) {
            AfException e = outOfSight(catalog.store()).orElse(missing);
            throw config.knownStores().stream()
                    .filter(one -> !one.isAt(catalog.store().place()))
                    .flatMap(one -> found(one, selector).stream())
                    .findFirst()
                    .map(hint -> new AfException(e.exitCode(), e.fact(), hint, e))
                    .orElse(e);
        }
    }

    /**
     * Why what a store lacks may be there all the same: in a place that is not there no backup is missing, its name is wrong,
     * or its disk not mounted.
     */
    Optional<AfException> outOfSight(BackupStore store) {
        try {
            places.doubt(store);
        } catch (Unreachable e) {
            return Optional.of(e);
        } catch (OperationFailed e) {
            // Nobody remembers what was there: the backup is missing all the same.
            return Optional.empty();
        }
        if (store.remote() || store.present() || isUnsaid(store)) {
            return Optional.empty();
        }
        NotFound absent = store.absent();
        List<ConfiguredStore> known = config.stores().all();
        return Optional.of(
                known.isEmpty()
                        ? absent
                        : new NotFound(
                                absent.fact(),
                                absent.hint() + " The stores of the configuration are " + StoresMeant.names(known)
                                        + "."));
    }

    /** Whether it is the directory that is taken where nothing is said, which the first backup makes. */
    private boolean isUnsaid(BackupStore store) {
        return !config.saysStores() && config.storesMeant().get(0).isAt(store.place());
    }

    private Optional<String> found(ConfiguredStore other, String selector) {
        try {
            BackupId id = new BackupCatalog(open.apply(other)).select(selector);
            return Optional.of(
                    other.name() + " has " + id + ": name it with " + option + " " + ShellWord.of(other.name()));
        } catch (AfException e) {
            // Not there either, or away: what was asked for is missing all the same.
            return Optional.empty();
        }
    }

    /**
     * Where else the same backup is, when that of one store is damaged: what is said of a copy of which nothing bad is known.
     *
     * @return in words; empty if there is none, or none that answers
     */
    Optional<String> copy(BackupId id, BackupStore damaged) {
        List<NamedStore> others = config.knownStores().stream()
                .filter(one -> !one.isAt(damaged.place()))
                .flatMap(this::openable)
                .toList();
        return terminal
                .waiting(() -> new AskStores(HINT, HINT, line -> {}).ask(others, one -> isWhole(one.store(), id)))
                .entrySet()
                .stream()
                .filter(answer -> Boolean.TRUE.equals(answer.getValue().value()))
                .map(answer -> answer.getKey().name() + " has the same backup, of which nothing bad is known: " + option
                        + " " + ShellWord.of(answer.getKey().name()))
                .findFirst();
    }

    private Stream<NamedStore> openable(ConfiguredStore one) {
        try {
            return Stream.of(new NamedStore(one.name(), open.apply(one)));
        } catch (AfException e) {
            // The damage is to be told, and not what is wrong with the configuration.
            return Stream.empty();
        }
    }

    private boolean isWhole(BackupStore store, BackupId id) {
        return store.ids().contains(id)
                && places.stranger(store).isEmpty()
                && new FirstSight(store).damage(id).isEmpty();
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
