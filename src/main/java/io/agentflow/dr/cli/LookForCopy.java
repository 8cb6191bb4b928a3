package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.follow.FirstSight;
import io.agentflow.dr.follow.SameBackup;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final boolean wreck;

    LookForCopy(
            FoundBackup one, AfConfig config, RetentionPolicies policies, Function<ConfiguredStore, BackupStore> open) {
        this.id = one.id();
        this.store = one.catalog().store();
        this.config = config;
        this.places = new KnownStores(config.stateDirectory());
        this.open = open;
        this.followed = policies.followed(database(one));
        this.wreck = new FirstSight(store).damage(id).isPresent();
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
        return look(ask, Map.of());
    }

    /** Asks them again; not those that were silent before. */
    OtherCopies lookAgain(AskStores ask, OtherCopies before) {
        return look(ask, before.silent());
    }

    private OtherCopies look(AskStores ask, Map<String, String> silent) {
        OtherCopies copies = new OtherCopies(store.name(), followed);
        copies.silent().putAll(silent);
        List<NamedStore> others = new ArrayList<>();
        Set<String> marks = store.marks();
        for (ConfiguredStore other : others()) {
            if (silent.containsKey(other.name())) {
                continue;
            }
            try {
                others.add(new NamedStore(other.name(), open.apply(other)));
            } catch (AfException e) {
                copies.add(other.name(), new AskStores.Answer<>(null, e));
            }
        }
        ask.ask(others, other -> at(other, marks)).forEach((other, answer) -> copies.add(other.name(), answer));
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
     * @param damage why what it lists is no whole backup
     * @param other why it is another one
     */
    record Found(boolean none, boolean listed, Optional<String> damage, Optional<String> other) {
        private Found(boolean none) {
            this(none, false, Optional.empty(), Optional.empty());
        }
    }

    private Found at(NamedStore other, Set<String> marks) {
        BackupStore there = other.store();
        if (!Collections.disjoint(marks, there.marks())) {
            throw new Unreachable("it bears the same mark as " + store.name() + ", and may be the same place", "");
        }
        List<BackupId> ids = there.ids();
        boolean listed = ids.contains(id);
        if (!listed || follows(other)) {
            places.requireInSight(there);
        }
        if (!listed) {
            return new Found(ids.isEmpty());
        }
        Optional<String> damage = new FirstSight(there).damage(id);
        return new Found(false, true, damage, damage.isPresent() ? Optional.empty() : another(there));
    }

    /** Of what another store has a wreck tells nothing. */
    private Optional<String> another(BackupStore there) {
        return wreck ? Optional.empty() : new SameBackup(store, there).doubt(id);
    }

    private boolean follows(NamedStore other) {
        return followed.stream().anyMatch(one -> one.name().equals(other.name()));
    }

    /** Whether what is deleted is no good itself, as far as that shows at first sight. */
    boolean isWreck() {
        return wreck;
    }
}
