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
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The stores that a command line means: the one that it names, those of a database, or all that the configuration has. */
final class StoresMeant {
    /** These mean another backup in another store. */
    static final Set<String> BY_TIME = Set.of("latest", "oldest");

    private final AfConfig config;
    private final @Nullable String named;
    private final @Nullable String database;
    private final Function<ConfiguredStore, BackupStore> open;
    private final Terminal terminal;
    private final StoreWords words;

    /**
     * @param named the store that the command line names; null if none
     * @param database the configured database whose stores are meant, if no store is named; null for those of all
     */
    StoresMeant(
            Terminal terminal,
            AfConfig config,
            StoreWords words,
            @Nullable String named,
            @Nullable String database,
            Function<ConfiguredStore, BackupStore> open) {
        this.terminal = terminal;
        this.config = config;
        this.words = words;
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
        return meant().stream().map(this::opened).toList();
    }

    private NamedStore opened(ConfiguredStore one) {
        try {
            return new NamedStore(one.name(), open.apply(one));
        } catch (UsageError e) {
            // Of several nobody knows which is wrong.
            throw named == null ? new UsageError("the store " + one.name() + ": " + e.fact(), e.hint(), e) : e;
        }
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
        List<AfException> away = new ArrayList<>();
        return stores.stream()
                .flatMap(one -> tried(one, selector, away).stream())
                .findFirst()
                .orElseThrow(() -> missing(selector, stores, away));
    }

    /**
     * Finds a backup in all of them that have it: what holds it must hold it everywhere.
     *
     * @throws UsageError if it depends on the store which backup is meant
     * @throws NotFound if none of them has it
     */
    FoundCopies findAll(String selector) {
        List<ConfiguredStore> stores = meant();
        if (stores.size() == 1) {
            return new FoundCopies(List.of(found(stores.get(0), selector, null, false)), Map.of());
        }
        String wanted = BY_TIME.contains(selector)
                ? found(primaryFor(selector), selector, null, true).id().text()
                : selector;
        BackupCopies copies = copies();
        BackupId id = copies.only(wanted);
        Map<String, String> silent = new LinkedHashMap<>();
        copies.silent().forEach((store, why) -> silent.put(store.name(), why.fact()));
        return new FoundCopies(
                copies.having(id).stream()
                        .map(one -> new FoundBackup(one.name(), new BackupCatalog(one.store()), id, true))
                        .toList(),
                silent);
    }

    private BackupCopies copies() {
        return terminal.waiting(() -> BackupCopies.in(opened(), new AskStores(terminal::say), places()));
    }

    /**
     * Finds a backup that is to be deleted, in the primary alone: where that is away, or has lost it, what follows may have
     * the last copy, and nobody is told to name that.
     *
     * @throws UsageError if it depends on the store which backup is meant, and nothing says which store
     * @throws Unreachable if what is there is not the store that was there before
     * @throws NotFound if it is not there
     */
    FoundBackup findToDelete(String selector) {
        boolean several = meant().size() > 1;
        ConfiguredStore store = several ? primaryFor(selector) : meant().get(0);
        if (several && !BY_TIME.contains(selector) && BackupId.parse(selector).isEmpty()) {
            copies().only(selector);
        }
        BackupCatalog catalog = new BackupCatalog(open.apply(store));
        places().requireInSight(catalog.store());
        return new FoundBackup(store.name(), catalog, catalog.select(selector), several);
    }

    private KnownStores places() {
        return new KnownStores(config.stateDirectory());
    }

    private ConfiguredStore primaryFor(String selector) {
        List<ConfiguredStore> primaries = primaries();
        if (primaries.size() > 1) {
            throw new UsageError(
                    selector + " in which store? Those of the configuration are " + names(primaries),
                    "Name one: " + words.option() + " " + primaries.get(0).name()
                            + (words.takesDatabase() ? orDatabase() : ""));
        }
        return primaries.get(0);
    }

    private String orDatabase() {
        return ", or a database: -d "
                + config.databaseNames().stream().sorted().findFirst().orElse("NAME");
    }

    private FoundBackup found(ConfiguredStore store, String selector, @Nullable DatabaseName of, boolean chosen) {
        BackupCatalog catalog = new BackupCatalog(open.apply(store));
        BackupId id = elsewhere()
                .select(catalog, selector, () -> of == null ? catalog.select(selector) : catalog.select(selector, of));
        return new FoundBackup(store.name(), catalog, id, chosen);
    }

    private Elsewhere elsewhere() {
        return new Elsewhere(terminal, config, words.option(), open);
    }

    private Optional<FoundBackup> tried(ConfiguredStore store, String selector, List<AfException> away) {
        BackupCatalog catalog = new BackupCatalog(open.apply(store));
        NamedStore asked = new NamedStore(store.name(), catalog.store());
        AskStores.Answer<BackupId> answer = Objects.requireNonNull(terminal.waiting(() -> new AskStores(terminal::say)
                .ask(List.of(asked), one -> catalog.select(selector))
                .get(asked)));
        AfException failure = answer.failure();
        // The next one may have it all the same.
        if (failure instanceof NotFound) {
            elsewhere().outOfSight(catalog.store()).ifPresent(away::add);
            return Optional.empty();
        }
        if (failure instanceof Unreachable) {
            away.add(failure);
            return Optional.empty();
        }
        if (failure != null) {
            throw failure;
        }
        return Optional.ofNullable(answer.value()).map(id -> new FoundBackup(store.name(), catalog, id, true));
    }

    /** It may be where nobody can look. */
    private static AfException missing(String selector, List<ConfiguredStore> stores, List<AfException> away) {
        return away.stream()
                .findFirst()
                .map(why -> new AfException(
                        why.exitCode(),
                        "no store that could be asked has the backup '" + selector + "': " + why.fact(),
                        why.hint(),
                        why))
                .orElseGet(() -> new NotFound(
                        "there is no backup '" + selector + "' in " + names(stores), "See: af backup list"));
    }

    static String names(List<ConfiguredStore> stores) {
        return stores.stream().map(ConfiguredStore::name).collect(Collectors.joining(", "));
    }
}
