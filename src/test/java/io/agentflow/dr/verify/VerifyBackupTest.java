package io.agentflow.dr.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.retention.Pins;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.testing.GoldenBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyBackupTest {
    private static final Programs PROGRAMS = new Programs();
    private static final VerifyBackup VERIFY = new VerifyBackup(
            new ArchiveCheck(PROGRAMS, new PgTools(PROGRAMS, List.of())),
            new Decryption(Optional::empty, Path.of("unused")),
            event -> {});

    @TempDir
    Path store;

    private Path backup;

    @BeforeEach
    void copy() {
        backup = GoldenBackup.copyInto(store);
    }

    private VerifyReport verify() {
        return VERIFY.verify(GoldenBackup.ID, backup);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(backup)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void theGoldenBackupIsWholeForEver() {
        VerifyReport report = verify();

        assertThat(report.problems()).isEmpty();
        assertThat(report.warnings()).isEmpty();
        assertThat(report.success()).isTrue();
    }

    @Test
    void aPinIsNoDamageUnlessItIsNotWhatWasWritten() throws IOException {
        BackupCatalog catalog = new BackupCatalog(new DirectoryStore(store, DirectoryPermissions.OWNER));
        new Pins(catalog).pin(GoldenBackup.ID, "audit", "alice", Instant.parse("2026-11-24T00:00:00Z"));
        assertThat(verify().problems()).isEmpty();

        EvidenceFile pin = catalog.pin(GoldenBackup.ID).orElseThrow();
        Files.writeString(backup.resolve("evidence").resolve(pin.name()), "{}");
        assertThat(verify().problems()).hasSize(1);
    }

    @Test
    void row05_findsOneFlippedBitInAnyFile() throws IOException {
        for (Path file : files()) {
            byte[] sound = Files.readAllBytes(file);
            for (int at = 0; at < sound.length; at += Math.max(1, sound.length / 12)) {
                byte[] damaged = sound.clone();
                damaged[at] ^= 0x10;
                Files.write(file, damaged);

                assertThat(verify().success()).as(file + " at " + at).isFalse();
            }
            Files.write(file, sound);
        }
        assertThat(verify().success()).isTrue();
    }

    @Test
    void row04_findsATruncatedFile() throws IOException {
        for (Path file : files()) {
            byte[] sound = Files.readAllBytes(file);
            for (double kept : new double[] {0, 0.01, 0.5, 0.999}) {
                Files.write(file, java.util.Arrays.copyOf(sound, (int) (sound.length * kept)));

                assertThat(verify().success()).as(file + " cut to " + kept).isFalse();
            }
            Files.write(file, sound);
        }
    }

    @Test
    void row06_namesTheMissingAndTheExtraFile() throws IOException {
        Path missing = backup.resolve("data/blobs.toc");
        Files.delete(missing);
        Files.writeString(backup.resolve("data/9999.dat.gz"), "extra");
        Files.createDirectory(backup.resolve("more"));

        assertThat(verify().problems())
                .contains(
                        new Problem("data/blobs.toc", "is missing"),
                        new Problem("data/9999.dat.gz", "does not belong to the backup"),
                        new Problem("more", "does not belong to the backup"));
    }

    @Test
    void row07_aSymbolicLinkIsNotFollowed() throws IOException {
        Path file = backup.resolve("schema.dump.gz");
        Path elsewhere = store.resolve("elsewhere");
        Files.move(file, elsewhere);
        Files.createSymbolicLink(file, elsewhere);

        assertThat(verify().problems()).contains(new Problem("schema.dump.gz", "is not a plain file"));
    }

    private String hint() {
        return assertThrows(VerificationFailed.class, verify()::require).hint();
    }

    @Test
    void aBackupWhoseDataIsWholeIsRefusedAndItsRestoreByHandIsTold() throws IOException {
        Files.writeString(backup.resolve("RESTORE.md"), "rm -rf data");
        Files.write(backup.resolve("globals.sql.gz"), new byte[] {1});

        assertThat(hint())
                .contains(
                        "damaged is only RESTORE.md, globals.sql.gz",
                        "docs/runbooks/damaged-backup.md",
                        "psql -d postgres -c \"CREATE DATABASE restored TEMPLATE template0 ENCODING 'UTF8'",
                        "pg_restore --exit-on-error --dbname=restored " + backup.resolve("data"))
                .doesNotContain(backup.resolve("RESTORE.md").toString());
    }

    @Test
    void theInstructionsOfABackupAreNamedIfTheyAreWhole() throws IOException {
        Files.write(backup.resolve("globals.sql.gz"), new byte[] {1});

        assertThat(hint()).contains(backup.resolve("RESTORE.md").toString(), "these roles must be there first: ");
    }

    @Test
    void aBackupWhoseDataOrManifestIsDamagedIsNotToBeRestoredByHand() throws IOException {
        Files.writeString(backup.resolve("RESTORE.md"), "rm -rf data");
        Files.writeString(backup.resolve("data/more"), "");
        assertThat(hint()).doesNotContain("pg_restore");

        Files.delete(backup.resolve("data/more"));
        Files.writeString(backup.resolve("manifest.json"), "{}");
        assertThat(hint()).doesNotContain("pg_restore");
    }

    @Test
    void anotherBackupsManifestIsNoticed() {
        VerifyReport report = VERIFY.verify(new io.agentflow.dr.core.BackupId("20250101T000000Z-aaaa"), backup);

        assertThat(report.problems()).contains(new Problem("manifest.json", "is that of backup " + GoldenBackup.ID));
    }
}
