package io.agentflow.dr.daemon;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The metrics, under the names of docs/reference/metrics.md, labelled with database and store. */
public final class Meters {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Clock clock;

    public Meters(Collection<DatabaseState> databases, Clock clock) {
        this.clock = clock;
        Gauge.builder("af_up", () -> 1).description("1 while af serves").register(registry);
        databases.forEach(this::of);
    }

    private void of(DatabaseState database) {
        gauge(
                database,
                "af_backup_last_success_timestamp_seconds",
                "snapshot of the newest backup",
                state -> seconds(state.newestBackup()));
        gauge(
                database,
                "af_backup_last_failure_timestamp_seconds",
                "when a backup last failed",
                state -> seconds(state.lastFailure()));
        gauge(
                database,
                "af_backup_last_status",
                "1 if the last backup succeeded, else 0",
                state -> state.newestBackup() != null && state.failure() == null ? 1 : 0);
        gauge(database, "af_backup_duration_seconds", "how long the last backup took", DatabaseState::seconds);
        gauge(database, "af_backup_size_bytes", "size of the newest backup", DatabaseState::bytes);
        gauge(
                database,
                "af_verify_last_success_timestamp_seconds",
                "when a backup was last read back whole",
                state -> seconds(state.lastVerified()));
        gauge(database, "af_rpo_seconds", "age of the newest backup: what would be lost now", this::age);
        Duration rpo = database.rpo();
        if (rpo != null) {
            gauge(database, "af_rpo_target_seconds", "how old the newest backup may be", state -> rpo.toSeconds());
        }
        gauge(
                database,
                "af_lock_held",
                "1 while an operation runs on the database",
                state -> state.runningSince() == null ? 0 : 1);
        for (String result : new String[] {"ok", "warnings", "failed", "skipped"}) {
            runs(database, result);
        }
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

    private void gauge(DatabaseState database, String name, String meaning, ToDoubleFunction<DatabaseState> value) {
        Gauge.builder(name, database, value)
                .description(meaning)
                .tags(tags(database))
                .register(registry);
    }

    private static Tags tags(DatabaseState database) {
        return Tags.of("database", database.name(), "store", database.store());
    }

    /** Counts one backup by its result: ok, warnings, failed or skipped. */
    public void counted(DatabaseState database, String result) {
        runs(database, result).increment();
    }

    private Counter runs(DatabaseState database, String result) {
        return Counter.builder("af_backup_runs")
                .description("backups by result")
                .tags(tags(database).and("result", result))
                .register(registry);
    }

    /** In Prometheus' text format. */
    String scrape() {
        return registry.scrape();
    }
}
