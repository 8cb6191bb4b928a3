package io.agentflow.dr.daemon;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The metrics, under the names of docs/reference/metrics.md. */
public final class Meters {
    private static final List<String> RESULTS = List.of("ok", "warnings", "failed", "skipped");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Clock clock;
    /** The registry refers to these weakly, and what is gone would stand still. */
    private final List<Object> counted = new CopyOnWriteArrayList<>();

    /** What is known of these databases and their stores. */
    public Meters(Collection<DatabaseState> databases, Clock clock) {
        this.clock = clock;
        databases.forEach(this::of);
    }

    private void of(DatabaseState database) {
        counted.add(database);
        backups(database);
        proofs(database);
        Tags tags = tags(database);
        gauge(database, tags, "af_rpo_seconds", "age of the newest backup: what would be lost now", this::age);
        Duration rpo = database.rpo();
        if (rpo != null) {
            gauge(
                    database,
                    tags,
                    "af_rpo_target_seconds",
                    "how old the newest backup may be",
                    state -> rpo.toSeconds());
        }
        gauge(
                database,
                tags,
                "af_lock_held",
                "1 while an operation runs on the database",
                state -> state.runningSince() == null ? 0 : 1);
    }

    private void backups(DatabaseState database) {
        Tags tags = tags(database);
        gauge(
                database,
                tags,
                "af_backup_last_success_timestamp_seconds",
                "snapshot of the newest backup; 0 for none",
                state -> seconds(state.newestBackup()));
        gauge(
                database,
                tags,
                "af_backup_last_failure_timestamp_seconds",
                "when a backup last failed; 0 for never",
                state -> seconds(state.lastFailure()));
        gauge(
                database,
                tags,
                "af_backup_last_status",
                "1 if the last backup succeeded, else 0",
                state -> state.newestBackup() != null && state.failure() == null ? 1 : 0);
        gauge(
                database,
                tags,
                "af_backup_duration_seconds",
                "how long the last backup took; 0 if none was made since the start",
                DatabaseState::seconds);
        gauge(
                database,
                tags.and("stage", "stored"),
                "af_backup_size_bytes",
                "size of the newest backup",
                DatabaseState::bytes);
        gauge(
                database,
                tags,
                "af_repo_bytes",
                "size of all backups of the database in the store",
                state -> state.contents().bytes());
        gauge(
                database,
                tags,
                "af_first_recoverability_timestamp_seconds",
                "snapshot of the oldest backup that is not known to be damaged; 0 for none",
                state -> seconds(state.contents().oldest()));
        count(database, "proven", state -> state.contents().proven());
        count(database, "unproven", state -> state.contents().unproven());
        count(database, "damaged", state -> state.contents().damaged());
    }

    private void count(DatabaseState database, String state, ToDoubleFunction<DatabaseState> value) {
        gauge(database, tags(database).and("state", state), "af_backups", "backups by state", value);
    }

    private void proofs(DatabaseState database) {
        Tags tags = tags(database);
        gauge(
                database,
                tags,
                "af_verify_last_success_timestamp_seconds",
                "when a backup was last read back whole after it was made; 0 for never",
                state -> seconds(state.lastVerified()));
        gauge(
                database,
                tags,
                "af_verify_last_status",
                "0 if the newest backup, or the one looked at last, is damaged, else 1",
                state -> state.damage() == null ? 1 : 0);
        gauge(
                database,
                tags,
                "af_restore_last_success_timestamp_seconds",
                "when a backup was last restored and proven equal; 0 for never",
                state -> seconds(state.lastRestored()));
        gauge(
                database,
                tags,
                "af_rto_measured_seconds",
                "how long the last restore took, from reading the backup to the swap; NaN if none was measured",
                DatabaseState::restoreSeconds);
    }

    private double age(DatabaseState state) {
        Instant newest = state.newestBackup();
        return newest == null
                ? Double.NaN
                : Duration.between(newest, clock.instant()).toMillis() / 1000.0;
    }

    private static double seconds(@Nullable Instant instant) {
        return instant == null ? 0 : instant.toEpochMilli() / 1000.0;
    }

    private void gauge(
            DatabaseState database, Tags tags, String name, String meaning, ToDoubleFunction<DatabaseState> value) {
        Gauge.builder(name, database, value).description(meaning).tags(tags).register(registry);
    }

    private static Tags tags(DatabaseState database) {
        return Tags.of("database", database.name(), "store", database.store());
    }

    /** What only a service can tell: that it serves, its runs, its health. */
    public Meters serving(Collection<DatabaseState> databases, Health health) {
        Gauge.builder("af_up", () -> 1).description("1 while af serves").register(registry);
        databases.forEach(database -> RESULTS.forEach(result -> runs(database, result)));
        for (Health.Check check : health.checks()) {
            Gauge.builder("af_health_status", () -> health.up(check.name(), check.database()) ? 1 : 0)
                    .description("1 if this check of /observe/health is well, else 0")
                    .tags("check", check.name(), "database", check.database())
                    .register(registry);
        }
        return this;
    }

    /** How far a store is behind that follows another. */
    public void following(FollowerState follower) {
        counted.add(follower);
        Gauge.builder("af_store_behind_backups", follower, state -> state.known() ? state.behind() : Double.NaN)
                .description("backups of the primary that a store which follows it lacks")
                .tags("database", follower.database(), "store", follower.store())
                .register(registry);
    }

    /** How many operations have failed that nobody has replayed or discarded. */
    public void deadLetters(DoubleSupplier reports) {
        Gauge.builder("af_dead_letters", reports::getAsDouble)
                .description("reports of failed operations that were neither replayed nor discarded")
                .register(registry);
    }

    /** How many records the journal has. */
    public void journal(DoubleSupplier records) {
        Gauge.builder("af_journal_records", records::getAsDouble)
                .description(
                        "records of the journal; fewer than before: some were cut off, or it was broken and begun anew")
                .register(registry);
    }

    /** How many messages were refused. */
    public void refused(DoubleSupplier messages) {
        counted.add(messages);
        FunctionCounter.builder("af_messages_refused", messages, DoubleSupplier::getAsDouble)
                .description("messages that were no request, or that nobody who may had signed")
                .register(registry);
    }

    /** How many events a recipient was not told. */
    public void dropped(String recipient, DoubleSupplier events) {
        counted.add(events);
        FunctionCounter.builder("af_events_dropped", events, DoubleSupplier::getAsDouble)
                .description("events that a recipient was not told: it failed, or its queue was full")
                .tags("recipient", recipient)
                .register(registry);
    }

    /** Counts one backup by its result: ok, warnings, failed or skipped. */
    public void counted(DatabaseState database, String result) {
        runs(database, result).increment();
    }

    private Counter runs(DatabaseState database, String result) {
        return Counter.builder("af_backup_runs")
                .description("backups by result: ok, warnings, failed, skipped")
                .tags(tags(database).and("result", result))
                .register(registry);
    }

    /** In Prometheus' text format. */
    public String scrape() {
        return registry.scrape();
    }
}
