package io.agentflow.dr.app;

import io.agentflow.dr.backup.BackupRun;
import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.ListedBackup;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.daemon.Health;
import io.agentflow.dr.daemon.Meters;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.verify.VerifyExtent;
import io.agentflow.dr.verify.VerifyReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;

/**
 * What schedules have done: one operation on a database at a time, its outcome in the state that health and metrics read.
 * A failure is told and counted, and the next fire time comes all the same.
 */
public final class ScheduledWork {
    private static final System.Logger LOG = System.getLogger(ScheduledWork.class.getName());

    private final Operations operations;
    private final Map<String, Operations.Served> served;
    private final Map<String, DatabaseState> states;
    private final Meters meters;
    private final Clock clock;
    private final Beside expiring;
    private final Beside checking;
    private final Consumer<String> say;
    private final AtomicBoolean draining = new AtomicBoolean();
    private volatile Consumer<String> published = name -> {};

    ScheduledWork(
            Operations operations,
            List<Operations.Served> served,
            Map<String, DatabaseState> states,
            Meters meters,
            Clock clock,
            Consumer<String> say) {
        this.operations = operations;
        this.served =
                served.stream().collect(Collectors.toMap(one -> one.database().name(), one -> one));
        this.states = states;
        this.meters = meters;
        this.clock = clock;
        this.say = say;
        this.expiring = new Beside("expire", clock);
        this.checking = new Beside("verify-followers", clock);
    }

    /** Whether what runs beside the turns of the databases does not hang. */
    List<Health.Check> checks(Duration stuck) {
        return states.keySet().stream()
                .flatMap(name -> Stream.of(expiring.check(name, stuck), checking.check(name, stuck)))
                .toList();
    }

    /** From now on this is told the name of each database that has a new backup; it must not wait. */
    void whenPublished(Consumer<String> tell) {
        published = tell;
    }

    /** Begins nothing from now on. @return whether it did until now */
    boolean drain() {
        boolean first = draining.compareAndSet(false, true);
        for (DatabaseState state : states.values()) {
            synchronized (state) {
                // Who waits for his turn waits no longer; who is about to wait has seen it, or waits behind this.
                draining.set(true);
                state.notifyAll();
            }
        }
        return first;
    }

    /**
     * Makes a backup of this database, unless one is being made, or one that was made at this fire time is there: by a
     * service that died before it could say so.
     *
     * @param fireTime for which time of a schedule; null if for none
     */
    public void backup(String name, @Header("scheduledFireTime") @Nullable Date fireTime) {
        run(name, "backup", (one, state) -> {
            if (fireTime != null && isUsed(one, state, fireTime.toInstant())) {
                return;
            }
            backUp(operations.asked("schedule", null, ""), one, state);
        });
    }

    /**
     * Makes a backup of this database now, and remembers its outcome.
     *
     * @param asked the operations, as whoever asks for it has them
     */
    BackupRun.Published backUp(Operations asked, Operations.Served one, DatabaseState state) {
        String name = state.name();
        long start = System.nanoTime();
        try {
            BackupRun.Published made = asked.create(one.request(), events(name));
            double seconds = (System.nanoTime() - start) / 1e9;
            long bytes = made.manifest().summary().bytes();
            published.accept(name);
            refresh(state);
            state.backedUp(made.manifest().createdAt(), bytes, seconds);
            meters.counted(state, made.warnings().isEmpty() ? "ok" : "warnings");
            say.accept(name + ": backup " + made.manifest().id() + ", " + new ByteSize(bytes)
                    + String.format(Locale.ROOT, " in %.1f s", seconds)
                    + (made.warnings().isEmpty() ? "" : "; " + String.join("; ", made.warnings())));
            return made;
        } catch (RuntimeException e) {
            if (isDone(e)) {
                // Published, and then a step of somebody's own failed.
                published.accept(name);
                newest(one).ifPresent(head -> backedUp(state, head));
                meters.counted(state, "warnings");
            } else {
                state.backupFailed(clock.instant(), fact(e));
                meters.counted(state, "failed");
            }
            throw e;
        }
    }

    /** A backup from the future, of a clock that was wrong, must not keep others from being made. */
    private boolean isUsed(Operations.Served one, DatabaseState state, Instant fireTime) {
        Optional<ManifestHead> made = newest(one)
                .filter(head -> !head.createdAt().isBefore(fireTime)
                        && !head.createdAt().isAfter(clock.instant()));
        made.ifPresent(head -> {
            backedUp(state, head);
            say.accept(one.database().name() + ": the backup of " + fireTime + " is there: " + head.id());
        });
        return made.isPresent();
    }

    /** Reads the newest backup of this database back, in all its stores. */
    public void verify(String name) {
        run(name, "verify", (one, state) -> {
            BackupCatalog catalog = new BackupCatalog(one.request().store());
            verify(
                    operations.asked("schedule", null, ""),
                    one,
                    state,
                    catalog.select("latest", one.request().url().database()));
        });
        if (served.containsKey(name) && !served.get(name).request().followers().isEmpty()) {
            // Not in the turn of the database: one that hangs would keep it from being backed up.
            run(
                    name,
                    "verify of the other stores",
                    state -> beside(state, checking),
                    (one, state) ->
                            new FollowerCheck(operations.asked("schedule", null, ""), say).check(one, events(name)));
        }
    }

    /** Deletes the backups of this database that its retention no longer keeps. A plan that is doubtful is refused. */
    public void expire(String name) {
        // Not in the turn of the database, either.
        run(name, "expire", state -> beside(state, expiring), (one, state) -> {
            try {
                new ScheduledExpiry(operations.asked("schedule", null, ""), say).expire(one, events(name));
            } finally {
                refresh(state);
            }
        });
    }

    /**
     * What keeps others from running meanwhile.
     *
     * @param begin whether it may run now
     */
    private record Turn(BooleanSupplier begin, Runnable end) {}

    private Turn exclusive(DatabaseState state) {
        return new Turn(() -> state.begin(clock.instant()), state::end);
    }

    private static Turn beside(DatabaseState state, Beside others) {
        return new Turn(() -> others.begin(state.name()), () -> others.end(state.name()));
    }

    /** Waits until nothing runs beside the turns any more. @return whether that was in time */
    boolean awaitBeside(Deadline deadline) {
        Runnable late = () -> say.accept("the time to wait for what runs in the stores is over");
        return expiring.await(deadline, late) && checking.await(deadline, late);
    }

    /** Reads a backup of this database back now, and remembers its outcome. */
    VerifyReport verify(Operations asked, Operations.Served one, DatabaseState state, BackupId id) {
        VerifyReport report = asked.verify(one.request().store(), id, VerifyExtent.WHOLE, events(state.name()));
        String problem = report.damage();
        state.verified(clock.instant(), id.text(), problem);
        refresh(state);
        say.accept(state.name() + ": " + (problem == null ? "backup " + report.id() + " is whole" : problem));
        return report;
    }

    /**
     * Waits until no operation runs on this database, then does this.
     *
     * @return whether it was done: not if the service ends before, or does not know the database
     */
    boolean inTurn(String name, Work work) throws InterruptedException {
        Operations.Served one = served.get(name);
        DatabaseState state = states.get(name);
        if (one == null || state == null || !awaitTurn(state)) {
            return false;
        }
        try {
            work.on(one, state);
            return true;
        } finally {
            state.end();
        }
    }

    private boolean awaitTurn(DatabaseState state) throws InterruptedException {
        synchronized (state) {
            while (!draining.get()) {
                if (state.begin(clock.instant())) {
                    return true;
                }
                state.wait();
            }
            return false;
        }
    }

    /** What is done with one database. */
    interface Work {
        void on(Operations.Served one, DatabaseState state);
    }

    private void run(String name, String verb, Work work) {
        run(name, verb, this::exclusive, work);
    }

    private void run(String name, String verb, Function<DatabaseState, Turn> turns, Work work) {
        Operations.Served one = served.get(name);
        DatabaseState state = states.get(name);
        if (one == null || state == null) {
            // It comes from outside by a user's route, and must not write lines of its own into the log.
            say.accept("no database of the configuration is called '" + name.replaceAll("\\p{Cntrl}", "?") + "'");
            return;
        }
        if (draining.get()) {
            return;
        }
        Turn turn = turns.apply(state);
        if (!turn.begin().getAsBoolean()) {
            meters.counted(state, "skipped");
            say.accept(name + ": " + verb + " skipped, another operation on it is running");
            return;
        }
        try {
            work.on(one, state);
        } catch (RuntimeException e) {
            AfException known = AfException.in(e);
            if (known == null) {
                // A bug, or a step of somebody's own: told and counted like any other failure, or nobody would hear of
                // it.
                LOG.log(System.Logger.Level.ERROR, name + ": " + verb + " failed", e);
            }
            if (known instanceof Cancelled && draining.get()) {
                // Nobody typed a command, and nobody cancelled one.
                say.accept(name + ": " + verb + " not done: af ends, and it took longer than af.drain-timeout; "
                        + known.fact());
                return;
            }
            String hint = known == null ? "" : " (" + known.hint() + ")";
            say.accept(name + ": " + verb + (isDone(e) ? ": " : " failed: ") + fact(e) + hint);
        } finally {
            turn.end().run();
        }
    }

    /**
     * A fire time has passed unused, and nothing makes up for it.
     *
     * @param trigger such as {@code backup-main}
     */
    void missed(String trigger, Instant fireTime) {
        String verb = trigger.substring(0, Math.max(0, trigger.indexOf('-')));
        String name = trigger.substring(trigger.indexOf('-') + 1);
        DatabaseState state = states.get(name);
        if (state != null) {
            if (verb.equals("backup")) {
                meters.counted(state, "skipped");
            }
            say.accept(name + ": " + verb + " skipped, its time " + fireTime + " was missed (af.schedule.misfire)");
        }
    }

    /** Whether it was done, and only what came after it failed. */
    private static boolean isDone(RuntimeException e) {
        AfException known = AfException.in(e);
        return known != null && known.exitCode() == ExitCode.WARNINGS;
    }

    private static String fact(RuntimeException e) {
        AfException known = AfException.in(e);
        return known == null ? "this is a bug in af: " + e : known.fact();
    }

    OperationEvents events(String name) {
        return event -> {
            if (event instanceof OperationEvent.Warned warned) {
                say.accept(name + ": " + warned.text());
            }
        };
    }

    /** What is known of each database before anything was done: its newest backup. */
    static DatabaseState state(Operations.Served one) {
        DatabaseState state = new DatabaseState(
                one.database().name(),
                one.request().store().name(),
                one.database().rpo());
        refresh(one, state);
        return state;
    }

    private static void backedUp(DatabaseState state, ManifestHead head) {
        state.backedUp(head.createdAt(), head.summary().bytes(), 0);
    }

    private static Optional<ManifestHead> newest(Operations.Served one) {
        String database = one.request().url().database().text();
        return new BackupCatalog(one.request().store())
                .list().stream()
                        .map(ListedBackup::head)
                        .filter(head -> head != null && head.database().equals(database))
                        .findFirst();
    }

    /** Looks into the store: somebody else may have made, proven or deleted backups. */
    static void refresh(Operations.Served one, DatabaseState state) {
        state.found(ReadStore.read(
                one.request().store(), one.request().url().database().text()));
    }

    /** The same for a database by its name. */
    void refresh(DatabaseState state) {
        Operations.Served one = served.get(state.name());
        if (one == null) {
            return;
        }
        try {
            refresh(one, state);
        } catch (AfException e) {
            say.accept(state.name() + ": the store cannot be read: " + e.fact());
        }
    }
}
