package io.agentflow.dr.daemon;

import java.io.IOException;
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
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether the service does what it is there for, by check: the age of each newest backup, its store, its last verification. */
public final class Health {
    private final Collection<DatabaseState> databases;
    private final Clock clock;
    private final Duration stuck;
    private final Instant since;
    private final Function<String, Optional<String>> stranger;
    private final Supplier<List<Check>> others;

    /**
     * One check.
     *
     * @param up whether it is well
     */
    public record Check(String name, String database, boolean up, String detail) {
        /** Of what may run for so long before somebody should look at it. */
        public static Check running(
                String name, String database, @Nullable Instant since, Instant now, Duration stuck) {
            boolean up = since == null || Duration.between(since, now).compareTo(stuck) < 0;
            return new Check(name, database, up, since == null ? "idle" : "busy since " + since);
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", name);
            fields.put("database", database);
            fields.put("status", up ? "UP" : "DOWN");
            fields.put("detail", detail);
            return fields;
        }
    }

    /**
     * @param stuck how long an operation may run before somebody should look at it
     * @param stranger why the store of a database is not the one that was there before; empty if it is
     * @param others what else must be well, such as the way to a broker; always the same checks, quickly
     */
    public Health(
            Collection<DatabaseState> databases,
            Clock clock,
            Duration stuck,
            Function<String, Optional<String>> stranger,
            Supplier<List<Check>> others) {
        this.stranger = stranger;
        this.others = others;
        this.databases = databases;
        this.clock = clock;
        this.stuck = stuck;
        this.since = clock.instant();
    }

    public List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        databases.forEach(database -> checks.addAll(checks(database)));
        checks.addAll(others.get());
        return checks;
    }

    private List<Check> checks(DatabaseState database) {
        String damage = database.damage();
        return List.of(
                age(database),
                store(database),
                new Check("verify", database.name(), damage == null, damage == null ? "nothing is damaged" : damage),
                worker(database));
    }

    /** Whether one check is well. */
    boolean up(String name, String database) {
        // Not those of other databases: each looks at a disk.
        Stream<Check> own =
                databases.stream().filter(one -> one.name().equals(database)).flatMap(one -> checks(one).stream());
        return Stream.concat(own, others.get().stream())
                .filter(check -> check.name().equals(name) && check.database().equals(database))
                .allMatch(Check::up);
    }

    private Check age(DatabaseState database) {
        Duration rpo = database.rpo();
        Instant newest = database.newestBackup();
        Duration age = Duration.between(newest == null ? since : newest, clock.instant());
        boolean up = !database.overdue(since, clock.instant());
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

    private Check store(DatabaseState database) {
        if (database.store().contains("://")) {
            return new Check("store", database.name(), true, database.store() + " is asked when a backup is made");
        }
        Optional<String> other = stranger.apply(database.name());
        if (other.isPresent()) {
            return new Check("store", database.name(), false, other.get());
        }
        Path store = Path.of(database.store());
        boolean there = Files.isDirectory(store);
        // One that had backups and is gone was perhaps not mounted: it must not be made anew on another disk.
        boolean gone = !there && database.newestBackup() != null;
        boolean up = there ? Files.isWritable(store) && free(store) > 0 : !gone && !Files.exists(store);
        return new Check(
                "store",
                database.name(),
                up,
                store + (up ? " can be written" : gone ? " is gone" : " cannot be written, or has no space"));
    }

    private static long free(Path store) {
        try {
            return Files.getFileStore(store).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    private Check worker(DatabaseState database) {
        return Check.running("worker", database.name(), database.runningSince(), clock.instant(), stuck);
    }
}
