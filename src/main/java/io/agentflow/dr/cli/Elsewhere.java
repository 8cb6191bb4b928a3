package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.store.BackupStore;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Knows that a backup which one store lacks may be in another one of the configuration. */
final class Elsewhere {
    private final AfConfig config;
    private final Function<ConfiguredStore, BackupStore> open;

    Elsewhere(AfConfig config, Function<ConfiguredStore, BackupStore> open) {
        this.config = config;
        this.open = open;
    }

    /** Finds a backup in a store. @throws NotFound if it is not there, with the name of a store that has it */
    BackupId select(BackupCatalog catalog, String selector) {
        return select(catalog, selector, () -> catalog.select(selector));
    }

    /** The same, found in another way. */
    BackupId select(BackupCatalog catalog, String selector, Supplier<BackupId> finding) {
        try {
            return finding.get();
        } catch (NotFound e) {
            throw config.knownStores().stream()
                    .filter(one -> !one.isAt(catalog.store().place()))
                    .flatMap(one -> found(one, selector).stream())
                    .findFirst()
                    .map(hint -> new NotFound(e.fact(), hint, e))
                    .orElse(e);
        }
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
}
