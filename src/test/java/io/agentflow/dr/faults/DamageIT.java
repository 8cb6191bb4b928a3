package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Aftermath;
import io.agentflow.dr.testing.Ballast;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.VerifyInProcess;
import io.agentflow.dr.verify.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows 4, 5 and 6 of the fault table: files of a backup cut short, altered by one bit, gone, and files too many. */
class DamageIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();

    @TempDir
    static Path store;

    private static ADatabase database;
    private static BackupId id;
    private static Path backup;
    private static List<Path> files;

    @TempDir
    Path folder;

    private Aftermath aftermath;
    private AfProcess af;

    @BeforeAll
    static void makeABackup(@TempDir Path elsewhere) throws IOException {
        database = Ballast.in(POSTGRES, "damage");
        AfProcess af =
                new AfProcess(elsewhere).with("AF_STORE", store.toString()).on(database);
        id = new BackupId(af.run("backup", "create", "--json").json().path("id").asText());
        backup = store.resolve(id.text());
        try (Stream<Path> all = Files.walk(backup)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(20).contains(backup.resolve("RESTORE.md"));
        assertThat(files).anyMatch(f -> f.toString().contains("/evidence/"));
        assertThat(problems()).isEmpty();
    }

    @BeforeEach
    void lookBefore() {
        aftermath = Aftermath.in(folder, store, POSTGRES, database);
        af = new AfProcess(folder).with("AF_STORE", store.toString()).on(database);
    }

    private static List<Problem> problems() {
        return VerifyInProcess.problems(POSTGRES, backup);
    }

    /** Does something to a file, looks, and puts the file back. */
    private static void with(Path file, byte[] altered, Runnable look) {
        try {
            byte[] before = Files.readAllBytes(file);
            Files.write(file, altered);
            try {
                look.run();
            } finally {
                Files.write(file, before);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] flipped(Path file, int bit) {
        byte[] content = bytes(file);
        content[bit / 8] ^= (byte) (1 << (bit % 8));
        return content;
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path file) {
        return backup.relativize(file).toString();
    }

    /** A damaged sum file may be seen as one that the manifest contradicts: then the manifest is named. */
    private static void requireFound(Path file, String what) {
        assertThat(problems())
                .as(name(file) + " " + what)
                .isNotEmpty()
                .allMatch(p -> p.path().equals(name(file))
                        || (name(file).equals("manifest.sha256") && p.problem().contains("manifest.sha256")));
    }

    private void requireRefused(String file) {
        aftermath.foundDamage(af.run("backup", "verify", id.text(), "--json"), file);
        AfProcess.Result restored = af.run("backup", "restore", id.text(), "--yes", "--json");
        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(9);
        assertThat(restored.err()).contains("✗ ").contains("  See all with: af backup verify");
        assertThat(restored.json().path("error").path("message").asText()).contains(file);
        aftermath.hidSecrets(restored).databaseUnchanged().tidy();
    }

    @Test
    void row04_everyFileCutShortIsFound() {
        for (Path file : files) {
            byte[] content = bytes(file);
            for (int permille : new int[] {0, 10, 500, 999}) {
                // Of a small file 99.9 % are all of it: there it is the last byte.
                int kept = (int) Math.min(content.length - 1L, content.length * (long) permille / 1000);
                with(file, Arrays.copyOf(content, kept), () -> requireFound(file, "cut to " + kept + " bytes"));
            }
        }
        assertThat(problems()).isEmpty();
    }

    @Test
    void row04_aDataFileCutInHalfIsNotRestored() {
        Path largest = largest();
        byte[] content = bytes(largest);
        with(largest, Arrays.copyOf(content, content.length / 2), () -> requireRefused(name(largest)));
    }

    @Test
    void row05_oneBitFlippedInAnyFileIsFound() {
        for (Path file : files) {
            int bits = bytes(file).length * 8;
            for (int bit : new int[] {0, bits / 3, bits / 2 + 5, bits - 1}) {
                with(file, flipped(file, bit), () -> requireFound(file, "with bit " + bit + " flipped"));
            }
        }
        assertThat(problems()).isEmpty();
    }

    @Test
    void row05_aFlippedBitInTheDataIsNotRestored() {
        Path largest = largest();
        with(largest, flipped(largest, bytes(largest).length * 4), () -> requireRefused(name(largest)));
    }

    @Test
    void row05_aFlippedBitInTheManifestIsNotRestored() {
        Path manifest = backup.resolve("manifest.json");
        // In a digit of a digest, so that it still is a manifest: the lowest bit makes it another digit.
        String text = new String(bytes(manifest), java.nio.charset.StandardCharsets.ISO_8859_1);
        int digest = text.lastIndexOf("sha256\" : \"") + 11;
        while (!Character.isDigit(text.charAt(digest))) {
            digest++;
        }
        int bit = digest * 8;
        with(manifest, flipped(manifest, bit), () -> requireRefused("manifest.json"));
    }

    @Test
    void row05_aFlippedBitInAHashFileIsNotRestored() {
        Path sums = backup.resolve("data.sha256");
        with(sums, flipped(sums, 77), () -> requireRefused("data.sha256"));
    }

    @Test
    void row06_everyMissingFileButEvidenceIsFound() throws IOException {
        for (Path file : files) {
            Path aside = folder.resolve("aside");
            Files.move(file, aside);
            try {
                if (name(file).startsWith("evidence/")) {
                    assertThat(problems()).isEmpty();
                } else {
                    requireFound(file, "missing");
                }
            } finally {
                Files.move(aside, file);
            }
        }
        assertThat(problems()).isEmpty();
    }

    @Test
    void row06_aMissingDataFileIsNotRestored() throws IOException {
        Path largest = largest();
        Path aside = folder.resolve("aside");
        Files.move(largest, aside);
        try {
            requireRefused(name(largest));
        } finally {
            Files.move(aside, largest);
        }
    }

    @Test
    void row06_anExtraFileAnywhereIsFound() throws IOException {
        for (String name : List.of(
                "extra", ".hidden", "data/9999.dat.gz", "data/.hidden", "evidence/extra.json", "evidence/more/extra")) {
            Path extra = backup.resolve(name);
            boolean ownFolder = Files.notExists(extra.getParent());
            Files.createDirectories(extra.getParent());
            Files.writeString(extra, "extra");
            try {
                assertThat(problems()).as(name).extracting(Problem::path).contains(name);
            } finally {
                Files.delete(extra);
                if (ownFolder) {
                    Files.delete(extra.getParent());
                }
            }
        }
        assertThat(problems()).isEmpty();
    }

    @Test
    void row06_evidenceThatAKilledRunHalfWroteIsNoDamage() throws IOException {
        String name = files.stream()
                .map(DamageIT::name)
                .filter(n -> n.startsWith("evidence/"))
                .findFirst()
                .orElseThrow();
        Path half = backup.resolve(name.replace("evidence/", "evidence/.") + ".tmp");
        Files.writeString(half, "{");
        try {
            assertThat(problems()).isEmpty();
        } finally {
            Files.delete(half);
        }
    }

    @Test
    void row06_aFileThatIsALinkIsFound() throws IOException {
        for (Path file : files) {
            Path aside = folder.resolve("aside");
            Files.move(file, aside);
            Files.createSymbolicLink(file, aside);
            try {
                requireFound(file, "a link");
            } finally {
                Files.delete(file);
                Files.move(aside, file);
            }
        }
        assertThat(problems()).isEmpty();
    }

    @Test
    void row06_aBackupWithAnExtraFileIsNotRestored() throws IOException {
        Path extra = backup.resolve("data/9999.dat.gz");
        Files.writeString(extra, "extra");
        try {
            requireRefused("data/9999.dat.gz");
        } finally {
            Files.delete(extra);
        }
    }

    @Test
    void row06_aStoreWhoseManifestIsGoneHasNoSuchBackup() throws IOException {
        Path manifest = backup.resolve("manifest.json");
        Path aside = folder.resolve("aside");
        Files.move(manifest, aside);
        try {
            AfProcess.Result restored = af.run("backup", "restore", id.text(), "--yes", "--json");
            assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(6);
            assertThat(restored.err()).contains("✗ ");
        } finally {
            Files.move(aside, manifest);
        }
        aftermath.unchanged().tidy();
    }

    private static Path largest() {
        return files.stream()
                .max((a, b) -> Integer.compare(bytes(a).length, bytes(b).length))
                .orElseThrow();
    }
}
