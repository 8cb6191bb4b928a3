package io.agentflow.dr.follow;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.retention.OwnedBackups;
import io.agentflow.dr.retention.Sparing;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.verify.CheckSignature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Spares what a follower lacks: the primary keeps it until each of them has a copy. In a follower nothing expires unless
 * its primary is seen to be another place, and there.
 */
public final class SpareForFollowers implements Sparing {
    private final BackupStore store;
    private final Function<String, Family> families;
    private final CheckSignature signature;
    private final KnownStores places;
    private final Map<BackupId, List<Follower>> copies = new HashMap<>();
    /** Who went away while it was asked: it is not waited for once more for each backup. */
    private final Map<String, Unreachable> away = new HashMap<>();

    /**
     * @param store that is planned for
     * @param families of the database with this name
     */
    public SpareForFollowers(
            BackupStore store, Function<String, Family> families, CheckSignature signature, KnownStores places) {
        this.store = store;
        this.families = families;
        this.signature = signature;
        this.places = places;
    }

    /**
     * The stores beside the one that is planned for, in which a database has its backups.
     *
     * @param followers if it is the primary
     * @param primary if it is not
     */
    public record Family(List<Follower> followers, Optional<BackupStore> primary) {
        /** It has no others. */
        public static final Family ALONE = new Family(List.of(), Optional.empty());

        public Family {
            followers = List.copyOf(followers);
        }
    }

    @Override
    public Map<BackupId, List<String>> lacked(OwnedBackups owned, Set<BackupId> expiring, Instant now) {
        Family family = families.apply(owned.database());
        family.primary().ifPresent(this::requireOther);
        Map<BackupId, List<String>> lacked = new LinkedHashMap<>();
        for (Follower follower : family.followers()) {
            Behind behind = new CompareStores(store, follower, signature, places).look(owned, now);
            String absent = behind.unreachable() == null
                    ? follower.name() + " does not have it yet"
                    : follower.name() + " cannot be asked whether it has it: " + behind.unreachable();
            behind.absent().forEach(id -> add(lacked, id, absent));
            behind.damaged().forEach(id -> add(lacked, id, "its copy in " + follower.name() + " is damaged"));
            behind.listed().stream()
                    .filter(expiring::contains)
                    .forEach(id -> doubt(follower, id)
                            .ifPresentOrElse(
                                    why -> add(lacked, id, "its copy in " + follower.name() + " " + why),
                                    () -> copies.computeIfAbsent(id, none -> new ArrayList<>())
                                            .add(follower)));
        }
        return lacked;
    }

    @Override
    public void requireExpendable(String database, BackupId id) {
        families.apply(database)
                .primary()
                .ifPresent(primary -> asked(primary.place(), () -> {
                    requireOther(primary);
                    return Optional.empty();
                }));
        for (Follower follower : copies.getOrDefault(id, List.of())) {
            doubt(follower, id).ifPresent(why -> {
                throw new Refused(
                        "its copy in " + follower.name() + " was whole when the plan was made, and now " + why,
                        "Plan again: af retention plan");
            });
        }
    }

    private Optional<String> doubt(Follower follower, BackupId id) {
        try {
            return asked(
                    follower.name(),
                    () -> new SameBackup(store, follower.store().store()).reachable(id));
        } catch (Unreachable e) {
            return Optional.of("cannot be read: " + e.fact());
        }
    }

    private Optional<String> asked(String who, Supplier<Optional<String>> question) {
        Unreachable known = away.get(who);
        if (known != null) {
            throw known;
        }
        try {
            return question.get();
        } catch (Unreachable e) {
            away.put(who, e);
            throw e;
        }
    }

    private void requireOther(BackupStore primary) {
        places.require(primary);
        // A mount point without its disk is there, and empty.
        if (!primary.present() || primary.ids().isEmpty()) {
            throw new Unreachable(
                    "the primary " + primary.name() + " has no backups, and " + store.name()
                            + " may have the last copies",
                    "Bring it back, or take it out of the configuration if it is gone for good.");
        }
        places.requireApart(store, primary);
    }

    private static void add(Map<BackupId, List<String>> lacked, BackupId id, String why) {
        lacked.computeIfAbsent(id, none -> new ArrayList<>()).add(why);
    }
}
