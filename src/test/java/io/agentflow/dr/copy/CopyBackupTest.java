package io.agentflow.dr.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.testing.GoldenBackup;
import io.agentflow.dr.verify.ArchiveCheck;
import io.agentflow.dr.verify.Decryption;
import io.agentflow.dr.verify.RecordEvidence;
import io.agentflow.dr.verify.VerifyBackup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyBackupTest {
    private static final BackupId ID = GoldenBackup.ID;
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-27T12:00:00Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private final List<OperationEvent> events = new ArrayList<>();
    private DirectoryStore here = store("here");
    private DirectoryStore there = store("there");

    private DirectoryStore store(String name) {
        return new DirectoryStore(Path.of("unset").resolve(name), DirectoryPermissions.OWNER);
    }

    @BeforeEach
    void stores() throws IOException {
        here = new DirectoryStore(Files.createDirectory(folder.resolve("here")), DirectoryPermissions.OWNER);
        there = new DirectoryStore(folder.resolve("there"), DirectoryPermissions.OWNER);
        GoldenBackup.copyInto(folder.resolve("here"));
    }

    private CopiedBackup copy(DirectoryStore from, DirectoryStore to) {
        OperationId id = new OperationId("20261127T120000Z-copy-abcd");
        try (Programs programs = new Programs();
                Operation operation = new Operation(id, CLOCK.instant(), "", List.of(), events::add)) {
            ArchiveCheck archive = new ArchiveCheck(programs, new PgTools(programs, List.of()));
            return new CopyBackup(
                            new VerifyBackup(
                                    archive, new Decryption(Optional::empty, Path.of("unused")), operation.events()),
                            new RecordEvidence(CLOCK),
                            new KnownStores(folder.resolve("state")))
                    .copy(new CopyBackup.Requested(operation, from, to, ID));
        }
    }

    /** The bytes of every file below a folder but evidence. */
    private static Map<String, String> contents(Path backup) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> all = Files.walk(backup)) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                String name = backup.relativize(file).toString();
                if (!name.startsWith("evidence")) {
                    contents.put(name, Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
        }
        return contents;
    }

    private Path copied() {
        return folder.resolve("there").resolve(ID.text());
    }

    @Test
    void everyByteIsInTheOtherStoreAndEvidenceSaysSo() throws IOException {
        byte[] pin = "{\"reason\":\"audit\"}".getBytes(StandardCharsets.UTF_8);
        String pinned = EvidenceFile.name(Instant.parse("2026-11-24T00:00:00Z"), EvidenceKind.PINNED, pin);
        here.addEvidence(ID, pinned, pin);
        here.addEvidence(ID, "20261124T000000Z-restored-0123456789abcdef.json", pin);

        CopiedBackup copy = copy(here, there);

        assertThat(contents(copied()))
                .isEqualTo(contents(GoldenBackup.folder()))
                .hasSizeGreaterThan(10);
        assertThat(copy.already()).isFalse();
        assertThat(copy.sentFiles())
                .isEqualTo(copy.files())
                .isEqualTo(contents(copied()).size());
        assertThat(copy.bytes()).isEqualTo(copy.sentBytes()).isPositive();
        assertThat(copy.warnings()).singleElement().asString().contains("restored", "is not what was written");
        BackupCatalog catalog = new BackupCatalog(there);
        assertThat(catalog.pin(ID)).isPresent();
        assertThat(catalog.evidence(ID)).extracting(EvidenceFile::kind).containsExactly(EvidenceKind.VERIFIED);
        assertThat(events)
                .filteredOn(OperationEvent.Progress.class::isInstance)
                .last()
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.type(OperationEvent.Progress.class))
                .matches(progress -> progress.done() == 1.0);
    }

    private void evidence(DirectoryStore store, String at, EvidenceKind kind) throws IOException {
        byte[] content = ("{\"of\":\"" + kind + "\"}").getBytes(StandardCharsets.UTF_8);
        store.addEvidence(ID, EvidenceFile.name(Instant.parse(at), kind, content), content);
    }

    private List<EvidenceKind> evidenceThere() {
        return new BackupCatalog(there)
                .evidence(ID).stream().map(EvidenceFile::kind).toList();
    }

    @Test
    void thatTheFilesHereWereDamagedIsNotSaidOfTheCopy() throws IOException {
        evidence(here, "2026-11-28T00:00:00Z", EvidenceKind.VERIFY_FAILED);

        copy(here, there);

        assertThat(evidenceThere()).containsExactly(EvidenceKind.VERIFIED);
    }

    @Test
    void thatTheFilesHereAreWholeIsNotSaidOfACopyInWhichDamageWasFound() throws IOException {
        copy(here, there);
        evidence(there, "2026-11-28T00:00:00Z", EvidenceKind.VERIFY_FAILED);
        evidence(here, "2026-11-29T00:00:00Z", EvidenceKind.VERIFIED);
        evidence(here, "2026-11-29T00:00:00Z", EvidenceKind.PINNED);

        assertThatThrownBy(() -> copy(here, there))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("already, but damaged: verify failed");

        assertThat(evidenceThere()).containsExactly(EvidenceKind.VERIFY_FAILED, EvidenceKind.VERIFIED);
        assertThat(new BackupCatalog(there).pin(ID)).isPresent();
    }

    @Test
    void aStoreByAnotherAddressIsNoOtherStore() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("there"));
        copy(here, there);

        assertThatThrownBy(() -> copy(there, new DirectoryStore(folder.resolve("link"), DirectoryPermissions.OWNER)))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("one and the same place");
    }

    @Test
    void copiedAgainNothingIsSentAndNewEvidenceFollows() throws IOException {
        copy(here, there);
        byte[] later = "{}".getBytes(StandardCharsets.UTF_8);
        here.addEvidence(
                ID, EvidenceFile.name(Instant.parse("2026-11-25T00:00:00Z"), EvidenceKind.RESTORED, later), later);

        CopiedBackup again = copy(here, there);

        assertThat(again.already()).isTrue();
        assertThat(again.sentFiles()).isZero();
        assertThat(again.warnings()).isEmpty();
        assertThat(new BackupCatalog(there).evidence(ID))
                .extracting(EvidenceFile::kind)
                .containsExactlyInAnyOrder(EvidenceKind.VERIFIED, EvidenceKind.RESTORED);
    }

    @Test
    void whatArrivedBeforeItWasCutShortIsNotSentAgain() throws IOException {
        // The smallest: it is sent last, when others have arrived.
        BackupPath lost = new BackupPath("data/blobs.toc");
        Path contents = lost.in(folder.resolve("here").resolve(ID.text()));
        byte[] bytes = Files.readAllBytes(contents);
        Files.delete(contents);
        assertThatThrownBy(() -> copy(here, there))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("data/blobs.toc");
        assertThat(there.ids()).isEmpty();
        assertThat(there.withoutManifest()).isEmpty();
        int arrived = contents(folder.resolve("there").resolve(".copy-" + ID)).size();
        assertThat(arrived).isPositive();

        Files.write(contents, bytes);
        CopiedBackup next = copy(here, there);

        assertThat(next.sentFiles()).isEqualTo(next.files() - arrived);
        assertThat(contents(copied())).isEqualTo(contents(GoldenBackup.folder()));
        assertThat(folder.resolve("there").resolve(".copy-" + ID)).doesNotExist();
    }

    @Test
    void whatIsDamagedHereDoesNotCountThere() throws IOException {
        Path data = here(new BackupPath("data/3353.dat.gz"));
        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length / 2] ^= 1;
        Files.write(data, bytes);

        assertThatThrownBy(() -> copy(here, there))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("data/3353.dat.gz")
                .hasMessageContaining(here.name());
        assertThat(there.ids()).isEmpty();
        assertThat(folder.resolve("there/.copy-" + ID + "/data/3353.dat.gz")).doesNotExist();
    }

    private Path here(BackupPath path) {
        return path.in(folder.resolve("here").resolve(ID.text()));
    }

    @Test
    void anotherBackupOfTheSameIdIsLeftAlone() throws IOException {
        copy(here, there);
        Files.writeString(copied().resolve("manifest.json"), "{}");

        assertThatThrownBy(() -> copy(here, there))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("another backup " + ID);
        assertThat(copied().resolve("manifest.json")).hasContent("{}");
    }

    @Test
    void aCopyThatIsThereButNotWholeIsSaidToBeDamagedAndNotMended() throws IOException {
        copy(here, there);
        Files.delete(copied().resolve("globals.sql.gz"));

        assertThatThrownBy(() -> copy(here, there))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("globals.sql.gz");
        assertThat(copied().resolve("globals.sql.gz")).doesNotExist();
    }

    @Test
    void aStoreIsNotCopiedIntoItself() {
        DirectoryStore same = new DirectoryStore(folder.resolve("here/../here"), DirectoryPermissions.OWNER);

        assertThatThrownBy(() -> copy(here, same)).isInstanceOf(UsageError.class);
        assertThat(here.ids()).containsExactly(ID);
    }

    @Test
    void aCopyThatNobodyCameBackForIsSweptAfterAWeek() throws IOException {
        Path old = Files.createDirectories(folder.resolve("there/.copy-20261101T000000Z-aaaa"));
        Path young = Files.createDirectories(folder.resolve("there/.copy-20261102T000000Z-aaaa"));
        Files.setLastModifiedTime(
                old,
                java.nio.file.attribute.FileTime.from(
                        Files.getLastModifiedTime(young).toInstant().minusSeconds(8 * 24 * 3600)));

        copy(here, there);

        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(ObjectKey.manifest(ID).path().in(copied())).exists();
    }
}
