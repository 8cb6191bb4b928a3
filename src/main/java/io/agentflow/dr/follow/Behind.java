package io.agentflow.dr.follow;

import io.agentflow.dr.core.BackupId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a follower lacks of the primary's backups, and its own retention would keep.
 *
 * @param absent not there, newest first
 * @param damaged there, but found damaged: they must be deleted there before they can be sent again
 * @param listed there as it seems, and kept: their names are known, and what was found out about them
 * @param unreachable why it could not be asked, so that it counts as empty; null if it was
 */
public record Behind(
        List<BackupId> absent,
        List<BackupId> damaged,
        List<BackupId> listed,
        @Nullable String unreachable) {
    public Behind {
        absent = List.copyOf(absent);
        damaged = List.copyOf(damaged);
        listed = List.copyOf(listed);
    }

    /** The same, where these are listed and no copies. */
    Behind doubting(Set<BackupId> wrecks) {
        List<BackupId> more = new ArrayList<>(damaged);
        List<BackupId> sound = new ArrayList<>();
        listed.forEach(id -> (wrecks.contains(id) ? more : sound).add(id));
        return new Behind(absent, more, sound, unreachable);
    }

    /** How many it lacks. */
    public int count() {
        return absent.size() + damaged.size();
    }
}
