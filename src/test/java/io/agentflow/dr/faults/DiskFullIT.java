package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.age.AgeKey;
import io.agentflow.dr.core.SecretFile;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Aftermath;
import io.agentflow.dr.testing.Ballast;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.S3Server;
import io.agentflow.dr.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 1 of the fault table: the disk of the store, and that of the server, fills up. */
class DiskFullIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();

    @TempDir
    Path folder;

    @Test
    void row01_diskFullInMidDumpPublishesNothing() throws IOException {
        try (SmallDisk disk = SmallDisk.ofMegabytes(16)) {
            ADatabase database = Ballast.in(POSTGRES, "disk_full");
            AfProcess af = new AfProcess(folder)
                    .with("AF_STORE", disk.path().resolve("store").toString())
                    .on(database);
            AfProcess.Result older = af.run("backup", "create", "--json");
            assertThat(older.exitCode()).as(older.toString()).isZero();
            // As much is left as the preflight's estimate asks for, and less than the dump turns out to need.
            disk.leaveFree(5_000_000);
            Aftermath aftermath = Aftermath.in(folder, disk.path().resolve("store"), POSTGRES, database);

            AfProcess.Result result = af.run("backup", "create", "--json", "--proof", "none");

            aftermath
                    .failed(result, 1, disk.path().resolve("store") + " ran out of disk space")
                    .tidy()
                    .reported("data-folder", 1);
            assertThat(af.run("backup", "verify", older.json().path("id").asText())
                            .exitCode())
                    .isIn(0, 3);
            disk.leaveFree(8_000_000);
            AfProcess.Result next = af.run("backup", "create", "--json");
            assertThat(next.exitCode()).as(next.toString()).isZero();
        }
    }

    @Test
    void aDiskThatIsOnlyReadAnyMoreIsToldAndReadFrom() throws IOException {
        try (SmallDisk disk = SmallDisk.ofMegabytes(16)) {
            ADatabase database = POSTGRES.database("read_only").with("CREATE TABLE t AS SELECT 1 AS a");
            AfProcess af = new AfProcess(folder)
                    .on(database)
                    .with("AF_STORE", disk.path().resolve("backups").toString());
            assertThat(af.run("backup", "create").exitCode()).isZero();
            disk.readOnly();

            for (String[] command : new String[][] {
                {"backup", "create"}, {"backup", "delete", "latest", "--yes"}, {"store", "check", "--files", "1"}
            }) {
                AfProcess.Result refused = af.run(command);
                assertThat(refused.exitCode()).as(refused.toString()).isIn(1, 4);
                assertThat(refused.toString())
                        .containsPattern("can only be read|Read-only file system")
                        .doesNotContain("bug", "Exception");
            }
            assertThat(af.run("backup", "list").exitCode()).isZero();
            AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes");
            assertThat(restored.exitCode()).as(restored.toString()).isZero();
            assertThat(restored.err()).contains("Read-only file system");
            assertThat(database.number("SELECT count(*) FROM public.t")).isEqualTo(1);
        }
    }

    @Test
    void row01_diskFullInStagingBeforeAnUploadIsNamed() throws IOException {
        try (SmallDisk disk = SmallDisk.ofMegabytes(16)) {
            ADatabase database = Ballast.in(POSTGRES, "disk_full_staging");
            AfProcess af = new AfProcess(folder)
                    .with("AF_STORE", S3Server.shared().uri("disk-full/" + UUID.randomUUID()))
                    .with("AF_STAGING_DIR", disk.path().toString())
                    .on(database);
            S3Server.environment().forEach(af::with);
            disk.leaveFree(5_000_000);

            AfProcess.Result result = af.run("backup", "create", "--json", "--proof", "none");

            assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
            assertThat(result.json().path("error").path("message").asText())
                    .startsWith(disk.path() + "/s3-")
                    .endsWith(" ran out of disk space");
            assertThat(result.json().path("error").path("hint").asText()).contains("af.staging-dir");
            assertThat(af.run("backup", "list").out()).doesNotContain(database.name());
        }
    }

    @Test
    void row01_aDiskThatIsTooSmallIsRefusedBeforehand() throws IOException {
        try (SmallDisk disk = SmallDisk.ofMegabytes(2)) {
            ADatabase database = Ballast.in(POSTGRES, "disk_full");
            Aftermath aftermath = Aftermath.in(folder, disk.path().resolve("store"), POSTGRES, database);
            AfProcess af = new AfProcess(folder)
                    .with("AF_STORE", disk.path().resolve("store").toString())
                    .on(database);

            aftermath.failed(af.run("backup", "create", "--json"), 4, "free").tidy();
        }
    }

    @Test
    void row01_whatDoesNotFitIntoStagingIsRefusedBeforeItIsDecrypted() throws IOException {
        AgeKey key = AgeKey.generate();
        SecretFile.create(folder.resolve("identity.txt"), key.identity() + "\n");
        try (SmallDisk disk = SmallDisk.ofMegabytes(2)) {
            ADatabase database = Ballast.in(POSTGRES, "staging_full");
            AfProcess af = new AfProcess(folder)
                    .with("AF_ENCRYPT_TO", key.recipient())
                    .with("AF_IDENTITY_FILE", folder.resolve("identity.txt").toString())
                    .on(database);
            AfProcess.Result made = af.run("backup", "create");
            assertThat(made.exitCode()).as(made.toString()).isZero();
            Aftermath aftermath = Aftermath.in(folder, POSTGRES, database);
            af.with("AF_STAGING_DIR", disk.path().toString());

            AfProcess.Result plan = af.run("backup", "restore", "latest", "--plan");
            assertThat(plan.exitCode()).as(plan.toString()).isEqualTo(4);
            assertThat(plan.out()).contains(" decrypted), and " + disk.path(), "af.staging-dir");
            aftermath
                    .failed(af.run("backup", "restore", "latest", "--yes", "--json"), 4, "on this machine")
                    .tidy();
        }
    }

    @Test
    void row01_diskFullOnTheServerInMidRestoreLeavesTheLiveDatabaseAlone() throws IOException {
        try (SmallDisk disk = SmallDisk.ofMegabytes(150)) {
            Path data = Files.createDirectory(disk.path().resolve("cluster"));
            try (LocalPostgres small = LocalPostgres.startIn(
                    data,
                    "max_wal_size = '32MB'",
                    "min_wal_size = '32MB'",
                    "wal_level = minimal",
                    "max_wal_senders = 0")) {
                ADatabase database = Ballast.in(small, "small");
                AfProcess af = new AfProcess(folder).on(database);
                AfProcess.Result made = af.run("backup", "create");
                assertThat(made.exitCode()).as(made.toString()).isZero();
                disk.leaveFree(16_000_000);
                Aftermath aftermath = Aftermath.in(folder, small, database);
                AfProcess.Result foreseen = af.run("backup", "restore", "latest", "--yes", "--json");
                aftermath.failed(foreseen, 4, "the server has").tidy();
                disk.free();
                AfProcess.Running restore = HeldRoutes.in(folder)
                        .before("restore/restore-attempt", "load")
                        .of(af)
                        .start("backup", "restore", "latest", "--yes", "--json");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> small.databases().stream().anyMatch(name -> name.startsWith("small_af_")));
                // The plan has seen more than there is now.
                disk.leaveFree(6_000_000);
                AfProcess.Result result = restore.await();

                aftermath.failed(result, 1, "disk space").tidy().reported("load-outcome", 1);
                assertThat(result.json().path("error").path("message").asText()).contains("server");
                disk.free();
                AfProcess.Result next = af.run("backup", "restore", "latest", "--yes", "--json");
                assertThat(next.exitCode()).as(next.toString()).isZero();
                aftermath.unchanged().tidy();
            }
        }
    }
}
