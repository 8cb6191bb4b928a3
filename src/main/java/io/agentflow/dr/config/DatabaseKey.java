package io.agentflow.dr.config;

import java.util.Arrays;
import java.util.Optional;

/** The keys of one database: {@code af.database.<name>.<key>}. */
public enum DatabaseKey {
    URL("url", "must be given", "the database: a URI or libpq connection string"),
    SCHEDULE("schedule", "never", "when it is backed up: Quartz's cron, which has seconds first"),
    VERIFY_SCHEDULE(
            "verify-schedule",
            "never",
            "when its newest backup is read back, in the primary and in stores that are directories whole, a sample in the others"),
    STORES("stores", "af.store or af.stores", "the stores of its backups: the first is the primary"),
    JOBS("jobs", "af.jobs", "how many workers dump it"),
    CRITICAL_TABLES("critical-tables", "af.critical-tables", "tables that get a component of their own"),
    RPO("rpo", "nobody is told", "how old its newest backup may be before health is down"),
    RETENTION_SCHEDULE("retention-schedule", "never", "when its backups expire that its retention no longer keeps"),
    RETENTION_KEEP_LAST("retention.keep-last", "af.retention.keep-last", "its own keep-last"),
    RETENTION_KEEP_WITHIN("retention.keep-within", "af.retention.keep-within", "its own keep-within"),
    RETENTION_KEEP_HOURLY("retention.keep-hourly", "af.retention.keep-hourly", "its own keep-hourly"),
    RETENTION_KEEP_DAILY("retention.keep-daily", "af.retention.keep-daily", "its own keep-daily"),
    RETENTION_KEEP_WEEKLY("retention.keep-weekly", "af.retention.keep-weekly", "its own keep-weekly"),
    RETENTION_KEEP_MONTHLY("retention.keep-monthly", "af.retention.keep-monthly", "its own keep-monthly"),
    RETENTION_KEEP_YEARLY("retention.keep-yearly", "af.retention.keep-yearly", "its own keep-yearly"),
    RESTORE_BY_MESSAGE(
            "allow-restore-by-message",
            "false",
            "whether a message may have it restored in place; otherwise that goes into a new database");

    private final String key;
    private final String fallback;
    private final String meaning;

    DatabaseKey(String key, String fallback, String meaning) {
        this.key = key;
        this.fallback = fallback;
        this.meaning = meaning;
    }

    static Optional<DatabaseKey> of(String key) {
        return Arrays.stream(values()).filter(known -> known.key.equals(key)).findFirst();
    }

    /** Its last part, such as {@code verify-schedule}. */
    public String key() {
        return key;
    }

    /** In full, for this database. */
    public String of(ServedDatabase database) {
        return "af.database." + database.name() + "." + key;
    }

    /** What counts where it is not given, in words. */
    public String fallback() {
        return fallback;
    }

    public String meaning() {
        return meaning;
    }
}
