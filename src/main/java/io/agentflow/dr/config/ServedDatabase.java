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
 * @param keptIn where its backups are: the first is the primary, the others follow it
 * @param schedule when it is backed up, as Quartz writes it; null for never
 * @param verifySchedule when its newest backup is read back; null for never
 * @param retentionSchedule when its backups expire, as Quartz writes it; null for never
 * @param rpo how old its newest backup may be; null if nobody said
 * @param restoreByMessage whether a message may have it restored in place; otherwise that goes into a new database
 */
public record ServedDatabase(
        String name,
        String url,
        List<KeptIn> keptIn,
        @Nullable String schedule,
        @Nullable String verifySchedule,
        @Nullable String retentionSchedule,
        int jobs,
        List<String> criticalTables,
        @Nullable Duration rpo,
        boolean restoreByMessage) {
    public ServedDatabase {
        keptIn = List.copyOf(keptIn);
    }

    /** The store that makes a backup one: the others follow. */
    public ConfiguredStore primary() {
        return keptIn.get(0).store();
    }

    /** How long the primary keeps its backups. */
    public RetentionPolicy retention() {
        return keptIn.get(0).retention();
    }

    @Override
    public String toString() {
        return name;
    }
}
