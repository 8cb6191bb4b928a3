package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Aftermath;
import io.agentflow.dr.testing.Ballast;
import io.agentflow.dr.testing.CuttingProxy;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Row 3 of the fault table: af, pg_dump and pg_restore are killed, at every step; the next run cleans up. */
class KillIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();
    private static final long MIDDLE = 3_000_000;
    private static final Duration FOR_EVER = Duration.ofMinutes(10);
    private static final String[] CREATE = {"backup", "create"};
    private static final String[] RESTORE = {"backup", "restore", "oldest", "--yes"};
    private static final String[] CRITICAL = {
        "backup", "restore", "oldest", "critical", "--tables", "ballast", "--replace", "--yes"
    };

    /** How af is ended. */
    private enum Signal {
        /** Of af alone: its children are on their own. */
        KILL(137),
        /** Of af alone, as a service manager or a script does it. */
        TERM(143),
        /** Of the whole process group, as a terminal does it. */
        INT(130);

        private final int exitCode;

        Signal(int exitCode) {
            this.exitCode = exitCode;
        }

        void send(Process af) {
            send(this == INT ? -af.pid() : af.pid());
        }

        void send(long pid) {
            AfProcess.output(List.of("kill", "-" + name(), "--", String.valueOf(pid)), Map.of());
        }
    }

    @TempDir
    static Path store;

    private static ADatabase database;

    @TempDir
    Path folder;

    private Aftermath aftermath;

    @BeforeAll
    static void makeABackup(@TempDir Path elsewhere) {
        database = Ballast.in(POSTGRES, "kill");
        AfProcess.Result made = new AfProcess(elsewhere)
                .with("AF_STORE", store.toString())
                .on(database)
                .run(CREATE);
        assertThat(made.exitCode()).as(made.toString()).isZero();
    }

    @BeforeEach
    void lookBefore() {
        aftermath = Aftermath.in(folder, store, POSTGRES, database);
    }

    private AfProcess af() {
        // A group of its own, and SIGINT not ignored even where the tests themselves run in the background.
        return new AfProcess(folder)
                .under("env", "--default-signal=INT", "setsid")
                .with("AF_STORE", store.toString())
                .on(database);
    }

    @ParameterizedTest
    @EnumSource(Signal.class)
    void row03_aBackupEndedAtAnyStepLeavesNothing(Signal signal) {
        Map<String, Predicate<AfProcess.Running>> steps = new LinkedHashMap<>();
        steps.put("open", said("Backing up"));
        steps.put("dump", said("snapshot"));
        steps.put("seal", said("proof      done").and(said("data       done")));
        steps.put("read-back", running -> sealed());
        steps.put("publish", running -> sealed());

        steps.forEach((step, reached) -> endAt(signal, "backup/backup-attempt", step, reached, CREATE));
        endInTheMiddle(signal, "af data", CREATE);

        AfProcess.Result next = af().run(CREATE);
        assertThat(next.exitCode()).as(next.toString()).isZero();
        aftermath.hidSecrets(next).tidy();
        assertThat(af().run("backup", "verify", "latest").exitCode()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Signal.class)
    void row03_aRestoreEndedAtAnyStepLeavesNothing(Signal signal) {
        Map<String, Predicate<AfProcess.Running>> steps = new LinkedHashMap<>();
        steps.put("plan", said("verify     done"));
        steps.put("prepare", running -> locked());
        steps.put("load", running -> staged());
        steps.put("prove", said("load       done"));
        steps.put("swap", said("prove      done"));

        steps.forEach((step, reached) -> endAt(signal, "restore/restore-attempt", step, reached, RESTORE));
        endInTheMiddle(signal, "af load", RESTORE);

        AfProcess.Result next = af().run(RESTORE);
        assertThat(next.exitCode()).as(next.toString()).isZero();
        aftermath.hidSecrets(next).unchanged().tidy();
        assertThat(af().run("backup", "restore", "--drop-old", "--yes").exitCode())
                .isZero();
    }

    /** That is when a person sees that it is the wrong database. */
    @ParameterizedTest
    @EnumSource(names = {"INT", "TERM"})
    void row03_aRestoreEndedWhileItsPlanIsToldChangesNothing(Signal signal) {
        for (String[] command : List.of(RESTORE, CRITICAL)) {
            AfProcess.Running running = af().start(command);
            awaitThat(
                    running, () -> said("✓ server").or(said("gets the backup")).test(running));

            signal.send(running.process());

            requireEnded(signal, "the plan", running);
        }
    }

    @Test
    void row03_aKillRightAfterThePublishingLeavesAWholeBackup() {
        HeldRoutes routes = HeldRoutes.in(folder).after("backup/backup-attempt", "publish");
        long before = backups();
        AfProcess.Running running = routes.of(af()).start(CREATE);
        awaitThat(running, () -> backups() > before);

        Signal.KILL.send(running.process());

        assertThat(running.await().exitCode()).isEqualTo(137);
        assertThat(af().run("backup", "verify", "latest").exitCode()).isZero();
        aftermath.databaseUnchanged().tidy();
    }

    @Test
    void row03_aKilledDumpFailsTheBackup() {
        killTool("af data", "--format=directory", false, CREATE, "pg_dump", "data-folder");
    }

    @Test
    void row03_aKilledWorkerOfTheDumpFailsTheBackup() {
        killTool("af data", "--format=directory", true, CREATE, "worker process", "data-folder");
    }

    @Test
    void row03_aKilledLoadFailsTheRestore() {
        killTool("af load", "pg_restore", false, RESTORE, "pg_restore", "load-outcome");
    }

    @Test
    void row03_aKilledWorkerOfTheLoadFailsTheRestore() {
        killTool("af load", "pg_restore", true, RESTORE, "worker process", "load-outcome");
    }

    @Test
    void row03_anAfThatRunsOutOfMemoryHasFailed() {
        AfProcess.Result result = af().with("AF_JAVA_OPTIONS", "-Xms6m -Xmx6m").run("backup", "create", "--json");

        // The JVM's own way out is exit code 3, which says: done, with warnings.
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(137);
        aftermath.hidSecrets(result).unchanged();
        assertThat(af().run(CREATE).exitCode()).isZero();
        aftermath.tidy();
    }

    private void killTool(String session, String tool, boolean worker, String[] command, String said, String step) {
        try (CuttingProxy proxy =
                CuttingProxy.to(POSTGRES).when(session, MIDDLE).onlyAt(session).stall(FOR_EVER)) {
            AfProcess.Running running =
                    af().with("AF_DATABASE_URL", proxy.uri(database)).start(command);
            proxy.awaitStrike();
            ProcessHandle leader = running.process()
                    .descendants()
                    .filter(p -> p.info().commandLine().orElse("").contains(tool))
                    .filter(p -> p.parent().map(ProcessHandle::pid).orElse(0L)
                            == running.process().pid())
                    .findFirst()
                    .orElseThrow();

            Signal.KILL.send(
                    worker ? leader.children().findFirst().orElseThrow().pid() : leader.pid());

            AfProcess.Result result = running.await();
            // The network still stalls: no program ended because the server said so.
            aftermath.noPrograms();
            proxy.release();
            aftermath.failed(result, 1, said).reported(step, 1).tidy();
        }
        AfProcess.Result next = af().run(command);
        assertThat(next.exitCode()).as(next.toString()).isZero();
        aftermath.databaseUnchanged().tidy();
        dropPrevious();
    }

    private void dropPrevious() {
        if (POSTGRES.databases().stream().anyMatch(name -> name.startsWith("kill_before_"))) {
            assertThat(af().run("backup", "restore", "--drop-old", "--yes").exitCode())
                    .isZero();
        }
    }

    private void endAt(
            Signal signal, String route, String step, Predicate<AfProcess.Running> reached, String... command) {
        AfProcess.Running running =
                HeldRoutes.in(folder).before(route, step).of(af()).start(command);
        awaitThat(running, () -> reached.test(running));

        signal.send(running.process());

        requireEnded(signal, step, running);
    }

    private void endInTheMiddle(Signal signal, String session, String... command) {
        try (CuttingProxy proxy =
                CuttingProxy.to(POSTGRES).when(session, MIDDLE).onlyAt(session).stall(FOR_EVER)) {
            AfProcess.Running running =
                    af().with("AF_DATABASE_URL", proxy.uri(database)).start(command);
            proxy.awaitStrike();

            signal.send(running.process());

            running.await();
            aftermath.noPrograms();
            proxy.release();
            requireEnded(signal, "the middle of " + session, running);
        }
    }

    private void requireEnded(Signal signal, String step, AfProcess.Running running) {
        AfProcess.Result result = running.await();
        assertThat(result.exitCode()).as(signal + " at " + step + ": " + result).isEqualTo(signal.exitCode);
        assertThat(result.out()).as(result.toString()).isEmpty();
        assertThat(result.err()).doesNotContain("this is a bug");
        aftermath.hidSecrets(result).unchanged();
        if (signal != Signal.KILL) {
            aftermath.tidy();
        }
    }

    private static void awaitThat(AfProcess.Running running, BooleanSupplier reached) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .failFast("af ended too soon", () -> !running.process().isAlive() && !reached.getAsBoolean())
                .until(reached::getAsBoolean);
    }

    private static Predicate<AfProcess.Running> said(String text) {
        return running -> running.errSoFar().contains(text);
    }

    private static boolean sealed() {
        return folders().stream()
                .filter(f -> String.valueOf(f.getFileName()).startsWith(".partial-"))
                .anyMatch(f -> Files.exists(f.resolve("manifest.json")));
    }

    private static long backups() {
        return folders().stream()
                .filter(f -> !String.valueOf(f.getFileName()).startsWith("."))
                .count();
    }

    private static List<Path> folders() {
        try (Stream<Path> entries = Files.list(store)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean locked() {
        return POSTGRES.existing("postgres")
                        .number("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                                + " WHERE l.locktype = 'advisory' AND a.application_name LIKE 'af maintenance%'")
                > 0;
    }

    private static boolean staged() {
        return POSTGRES.existing("postgres")
                        .number("SELECT count(*) FROM pg_database WHERE datname LIKE 'kill\\_af\\_%'"
                                + " AND shobj_description(oid, 'pg_database') LIKE '%[af staging%'")
                > 0;
    }
}
