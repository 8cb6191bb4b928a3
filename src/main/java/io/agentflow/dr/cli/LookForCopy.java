package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.follow.SameBackup;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks what other stores have of a backup of one: that one lists it does not make it a copy. */
final class LookForCopy {
    private final BackupId id;
    private final BackupStore store;
    private final AfConfig config;
    private final KnownStores places;
    private final Function<ConfiguredStore, BackupStore> open;
    private final List<ConfiguredStore> followed;

    LookForCopy(
            FoundBackup one, AfConfig config, RetentionPolicies policies, Function<ConfiguredStore, BackupStore> open) {
        this.id = one.id();
        this.store = one.catalog().store();
        this.config = config;
        this.places = new KnownStores(config.stateDirectory());
        this.open = open;
        this.followed = policies.followed(database(one));
    }

    private static @Nullable String database(FoundBackup one) {
        try {
            return one.catalog().head(one.id()).database();
        } catch (ManifestDamagedException e) {
            return null;
        }
    }

    /** Asks all stores at once. */
    OtherCopies look(AskStores ask) {
        OtherCopies copies = new OtherCopies(store.name(), followed);
        List<NamedStore> others = new ArrayList<>();
        for (ConfiguredStore other : others()) {
            try {
                others.add(new NamedStore(other.name(), open.apply(other)));
            } catch (AfException e) {
                copies.add(other.name(), new AskStores.Answer<>(null, e));
            }
        }
        ask.ask(others, this::at).forEach((other, answer) -> copies.add(other.name(), answer));
        return copies;
    }

    /** Those in use; and what the store follows, also where the environment names others. */
    private List<ConfiguredStore> others() {
        List<ConfiguredStore> others = new ArrayList<>(followed);
        config.storesInUse().stream()
                .filter(one -> !one.isAt(store.place()))
                .filter(one -> others.stream().noneMatch(other -> other.name().equals(one.name())))
                .forEach(others::add);
        return others;
    }

    /**
     * What another store has.
     *
     * @param none whether it has no backups at all
     * @param doubt why what it lists is no copy
     */
    record Found(boolean none, boolean listed, Optional<String> doubt) {}

    private Found at(NamedStore other) {
        BackupStore there = other.store();
        if (!Collections.disjoint(store.marks(), there.marks())) {
            throw new Unreachable("it bears the same mark as " + store.name() + ", and may be the same place", "");
        }
        List<BackupId> ids = there.ids();
        boolean listed = ids.contains(id);
        if (!listed || follows(other)) {
            places.requireInSight(there);
        }
        return new Found(ids.isEmpty(), listed, listed ? doubt(there) : Optional.empty());
    }

    private boolean follows(NamedStore other) {
        return followed.stream().anyMatch(one -> one.name().equals(other.name()));
    }

    private Optional<String> doubt(BackupStore there) {
        return new SameBackup(store, there).doubt(id).or(() -> damage(new BackupCatalog(there), id));
    }

    /** Whether what is deleted is no good itself, as far as that is known without reading it all. */
    boolean isWreck() {
        BackupCatalog catalog = new BackupCatalog(store);
        try {
            catalog.manifest(id);
            return damage(catalog, id).isPresent();
        } catch (ManifestDamagedException e) {
            return true;
        }
    }

    /** What the newest evidence says, if that is bad. */
    static Optional<String> damage(BackupCatalog catalog, BackupId id) {
        return catalog.evidence(id).stream()
                .findFirst()
                .map(EvidenceFile::kind)
                .filter(kind -> !kind.good())
                .map(kind -> "is damaged (" + kind.words() + ")");
    }
}
