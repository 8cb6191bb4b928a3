package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.age.Recipients;
import io.agentflow.dr.backup.BackupRequest;
import io.agentflow.dr.backup.Staging;
import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.config.KeptIn;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.daemon.Meters;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.route.Routes;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.store.NamedStore;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Project;
import io.agentflow.dr.verify.RecordEvidence;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fire times, as Quartz hands them over when the service that had used one died before it could say so. */
class ScheduledWorkIT {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    Path folder;

    @Test
    void aFireTimeWhoseBackupWasPublishedIsNotUsedAgain() {
        Operations.Served served = served();
        DatabaseState state = ScheduledWork.state(served);
        List<String> said = new ArrayList<>();
        try (AfOperations operations = operations()) {
            Meters meters = new Meters(List.of(state), CLOCK);
            ScheduledWork work =
                    new ScheduledWork(operations, List.of(served), Map.of("main", state), meters, CLOCK, said::add);
            Date fireTime = Date.from(CLOCK.instant());
            work.backup("main", fireTime);
            assertThat(made(served)).as("%s", said).hasSize(1);

            work.backup("main", fireTime);

            assertThat(made(served)).hasSize(1);
            assertThat(said)
                    .last()
                    .asString()
                    .startsWith("main: the backup of " + fireTime.toInstant() + " is there: ");
            // The next one is another matter.
            work.backup("main", Date.from(made(served).get(0).plusMillis(5)));
            assertThat(made(served)).as("%s", said).hasSize(2);
            work.missed("backup-main", fireTime.toInstant());
            work.missed("verify-main", fireTime.toInstant());
            work.missed("of-somebody-else", fireTime.toInstant());
            assertThat(said)
                    .filteredOn(line -> line.contains(" was missed"))
                    .hasSize(2)
                    .first()
                    .asString()
                    .startsWith("main: backup skipped, its time " + fireTime.toInstant());
            assertThat(meters.scrape()).containsPattern("af_backup_runs_total\\{.*result=\"skipped\".*} 1.0");
        }
    }

    @Test
    void damageOfABackupThatWasDeletedOrFoundWholeByAnotherProcessIsForgotten() {
        Operations.Served served = served();
        BackupStore store = served.request().store();
        RecordEvidence old = new RecordEvidence(Clock.offset(CLOCK, Duration.ofSeconds(10)));
        RecordEvidence late = new RecordEvidence(Clock.offset(CLOCK, Duration.ofSeconds(20)));
        try (AfOperations operations = operations()) {
            BackupId first =
                    operations.create(served.request(), event -> {}).manifest().id();
            BackupId second =
                    operations.create(served.request(), event -> {}).manifest().id();
            old.record(store, first, EvidenceKind.VERIFY_FAILED, Map.of());
            DatabaseState state = ScheduledWork.state(served);
            assertThat(state.damage()).contains(first.text());

            late.record(store, first, EvidenceKind.VERIFIED, Map.of());
            ScheduledWork.refresh(served, state);
            assertThat(state.damage()).isNull();

            late.record(store, second, EvidenceKind.VERIFY_FAILED, Map.of());
            ScheduledWork.refresh(served, state);
            assertThat(state.damage()).contains(second.text());
            store.delete(second);
            ScheduledWork.refresh(served, state);
            assertThat(state.damage()).isNull();
        }
    }

    @Test
    @Timeout(120)
    void aFollowerThatHangsKeepsNoBackupFromBeingMade() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        BackupStore hanging = (BackupStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BackupStore.class}, (proxy, method, arguments) -> {
                    if (method.getReturnType() == String.class) {
                        // Its name is known without it.
                        return "far";
                    }
                    asked.countDown();
                    answer.await();
                    throw new Unreachable("it hung", "");
                });
        Operations.Served served = served(List.of(new NamedStore("far", hanging)));
        DatabaseState state = ScheduledWork.state(served);
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        try (AfOperations operations = operations()) {
            Meters meters = new Meters(List.of(state), CLOCK);
            ScheduledWork work =
                    new ScheduledWork(operations, List.of(served), Map.of("main", state), meters, CLOCK, said::add);
            work.backup("main", null);
            Thread expiry = new Thread(() -> work.expire("main"));
            expiry.start();
            asked.await();

            work.backup("main", null);
            work.expire("main");

            assertThat(made(served)).as("%s", said).hasSize(2);
            assertThat(said).last().asString().isEqualTo("main: expire skipped, another operation on it is running");
            assertThat(work.awaitBeside(Deadline.in(Duration.ZERO, CLOCK))).isFalse();
            answer.countDown();
            assertThat(work.awaitBeside(Deadline.in(Duration.ofSeconds(60), CLOCK)))
                    .isTrue();
            expiry.join();
            assertThat(said).last().asString().contains("expire failed");
        } finally {
            answer.countDown();
        }
    }

    @Test
    void damageOfACopyIsFoundWhereItIs() throws Exception {
        DirectoryStore far = new DirectoryStore(folder.resolve("far"), DirectoryPermissions.OWNER);
        Operations.Served served = served(List.of(new NamedStore("far", far)));
        DatabaseState state = ScheduledWork.state(served);
        List<String> said = new ArrayList<>();
        try (AfOperations operations = operations()) {
            Meters meters = new Meters(List.of(state), CLOCK);
            ScheduledWork work =
                    new ScheduledWork(operations, List.of(served), Map.of("main", state), meters, CLOCK, said::add);
            BackupId id =
                    operations.create(served.request(), event -> {}).manifest().id();
            operations.copy(served.request().store(), id, far, event -> {});
            work.verify("main");
            assertThat(said).contains("main: backup " + id + " is whole", "main: in far " + id + " is whole");

            Files.writeString(Path.of(far.location(id)).resolve("schema.dump.gz"), "no more");
            work.verify("main");

            assertThat(said).last().asString().startsWith("main: in far " + id + " is damaged: schema.dump.gz");
            assertThat(new BackupCatalog(far).evidence(id).get(0).kind()).isEqualTo(EvidenceKind.VERIFY_FAILED);
            assertThat(state.damage()).isNull();
        }
    }

    private AfOperations operations() {
        AfConfig config = AfConfig.load(
                null,
                Map.of(
                        "AF_STATE_DIR", folder.resolve("state").toString(),
                        "AF_DEAD_LETTERS", folder.resolve("dead-letters").toString()));
        return new AfOperations(
                config, System.getenv("PATH"), CLOCK, Project.file("."), Caller.of(Map.of()), Routes::prepare);
    }

    private Operations.Served served() {
        return served(List.of());
    }

    private Operations.Served served(List<NamedStore> followers) {
        ADatabase database = LocalPostgres.shared().database("fire_time").with("CREATE TABLE t AS SELECT 1 AS a");
        DirectoryStore store = new DirectoryStore(folder.resolve("backups"), DirectoryPermissions.OWNER);
        return new Operations.Served(
                new ServedDatabase(
                        "main",
                        database.uri(),
                        Collections.nCopies(
                                1 + followers.size(),
                                new KeptIn(
                                        new ConfiguredStore(store.name(), store.name()),
                                        new RetentionPolicy(1, Duration.ZERO, Map.of(), ZoneOffset.UTC))),
                        null,
                        null,
                        null,
                        1,
                        List.of(),
                        null,
                        false),
                new BackupRequest(
                        store,
                        database.url(),
                        1,
                        "1",
                        List.of(),
                        false,
                        ProofLevel.FULL,
                        false,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(10),
                        Staging.WHOLE,
                        Recipients.NONE,
                        followers));
    }

    private static List<Instant> made(Operations.Served served) {
        return new BackupCatalog(served.request().store())
                .list().stream().map(one -> one.head().createdAt()).toList();
    }
}
