package io.agentflow.dr.follow;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.retention.OwnedBackups;
import io.agentflow.dr.retention.Sparing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Spares what a follower lacks: the primary keeps it until each of them has it. */
public final class SpareForFollowers implements Sparing {
    private final Function<String, List<Follower>> followers;

    /** @param followers of the store that is asked about, by the database's name */
    public SpareForFollowers(Function<String, List<Follower>> followers) {
        this.followers = followers;
    }

    @Override
    public Map<BackupId, List<String>> lacked(OwnedBackups owned, Instant now) {
        Map<BackupId, List<String>> lacked = new LinkedHashMap<>();
        for (Follower follower : followers.apply(owned.database())) {
            Behind behind = new CompareStores(follower).with(owned, now);
            String absent = behind.unreachable() == null
                    ? follower.name() + " does not have it yet"
                    : follower.name() + " cannot be asked whether it has it: " + behind.unreachable();
            add(lacked, behind.absent(), absent);
            add(lacked, behind.damaged(), "its copy in " + follower.name() + " is damaged");
        }
        return lacked;
    }

    private static void add(Map<BackupId, List<String>> lacked, List<BackupId> ids, String why) {
        ids.forEach(id -> lacked.computeIfAbsent(id, none -> new ArrayList<>()).add(why));
    }
}
