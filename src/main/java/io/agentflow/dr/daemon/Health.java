package io.agentflow.dr.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether the service does what it is there for, by check: the age of each newest backup, its store, its last verification. */
public final class Health {
    private final Collection<DatabaseState> databases;
    private final Clock clock;
    private final Duration stuck;
    private final Instant since;

    /**
     * One check.
     *
     * @param up whether it is well
     */
    public record Check(String name, String database, boolean up, String detail) {
        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", name);
            fields.put("database", database);
            fields.put("status", up ? "UP" : "DOWN");
            fields.put("detail", detail);
            return fields;
        }
    }

    /** @param stuck how long an operation may run before somebody should look at it */
    public Health(Collection<DatabaseState> databases, Clock clock, Duration stuck) {
        this.databases = databases;
        this.clock = clock;
        this.stuck = stuck;
        this.since = clock.instant();
    }

    public List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        for (DatabaseState database : databases) {
            checks.add(age(database));
            checks.add(store(database));
            String damage = database.damage();
            checks.add(new Check(
                    "verify", database.name(), damage == null, damage == null ? "nothing is damaged" : damage));
            checks.add(worker(database));
        }
        return checks;
    }

    private Check age(DatabaseState database) {
        Duration rpo = database.rpo();
        Instant newest = database.newestBackup();
        Duration age = Duration.between(newest == null ? since : newest, clock.instant());
        boolean up = rpo == null || age.compareTo(rpo) <= 0;
        String why = failed(database.failure());
        return new Check(
                "rpo",
                database.name(),
                up,
                newest == null
                        ? "there is no backup yet" + why
                        : "the newest backup is " + age.toSeconds() + " s old"
                                + (rpo == null ? "" : ", " + rpo.toSeconds() + " s are allowed") + why);
    }

    private static String failed(@Nullable String failure) {
        return failure == null ? "" : "; the last one failed: " + failure;
    }

    private static Check store(DatabaseState database) {
        if (database.store().contains("://")) {
            return new Check("store", database.name(), true, database.store() + " is asked when a backup is made");
        }
        Path store = Path.of(database.store());
        boolean up = Files.isDirectory(store) ? Files.isWritable(store) : !Files.exists(store);
        return new Check("store", database.name(), up, store + (up ? " can be written" : " cannot be written"));
    }

    private Check worker(DatabaseState database) {
        Instant running = database.runningSince();
        boolean up =
                running == null || Duration.between(running, clock.instant()).compareTo(stuck) < 0;
        return new Check("worker", database.name(), up, running == null ? "idle" : "busy since " + running);
    }
}
