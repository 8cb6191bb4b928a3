package io.agentflow.dr.config;

import io.agentflow.dr.retention.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One database that {@code af serve} looks after: the keys {@code af.database.<name>.…}. What is not given there is taken
 * from the key of the same meaning for all.
 *
 * @param name by which schedules, metrics and messages call it
 * @param url as it was given, with its password if it holds one
 * @param store directory of its backups
 * @param schedule when it is backed up, as Quartz writes it; null for never
 * @param verifySchedule when its newest backup is read back; null for never
 * @param retentionSchedule when its backups expire, as Quartz writes it; null for never
 * @param retention how long they are kept
 * @param rpo how old its newest backup may be; null if nobody said
 * @param restoreByMessage whether a message may have it restored in place; otherwise that goes into a new database
 */
public record ServedDatabase(
        String name,
        String url,
        String store,
        @Nullable String schedule,
        @Nullable String verifySchedule,
        @Nullable String retentionSchedule,
        RetentionPolicy retention,
        int jobs,
        List<String> criticalTables,
        @Nullable Duration rpo,
        boolean restoreByMessage) {
    @Override
    public String toString() {
        return name;
    }
}
