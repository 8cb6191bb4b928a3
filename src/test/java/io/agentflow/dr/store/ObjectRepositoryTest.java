package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.testing.FaultyStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectRepositoryTest {
    private static final BackupId ID = new BackupId("20261123T025149Z-k3f9");
    private static final BackupId LATER = new BackupId("20261123T025150Z-aaaa");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T02:51:49Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private FolderStore objects;
    private FaultyStore store;
    private ObjectRepository repository;

    @BeforeEach
    void open() {
        objects = new FolderStore(folder.resolve("objects"), DirectoryPermissions.OWNER);
        store = new FaultyStore(objects);
        repository = repository();
    }

    private ObjectRepository repository() {
        DirectoryStore staging = new DirectoryStore(folder.resolve("staging"), DirectoryPermissions.OWNER);
        return new ObjectRepository(store, "s3://b/p?x=y", staging, CLOCK);
    }

    private static Digested written(NewBackup backup, String path, String content) throws IOException {
        Path file = backup.folder().resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return FileDigest.of(file);
    }

    private static Map<String, Digested> filled(NewBackup backup) throws IOException {
        written(backup, "manifest.json", "{}");
        written(backup, "data.sha256", "sums");
        return Map.of("data/1.dat", written(backup, "data/1.dat", "rows"));
    }

    private void published(BackupId id) throws IOException {
        try (NewBackup backup = repository.begin(id)) {
            backup.publish(filled(backup));
        }
    }

    private List<String> keys() {
        try (Stream<StoredObject> all = objects.list("")) {
            return all.map(object -> object.key().text()).toList();
        }
    }

    private List<Path> staged() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("staging"))) {
            return all.filter(Files::isDirectory).toList();
        }
    }

    @Test
    void aPublishedBackupIsWholeAndLeavesNothingBehind() throws IOException {
        published(ID);
        published(LATER);

        assertThat(repository.ids()).containsExactly(LATER, ID);
        assertThat(repository.newest()).contains(LATER);
        assertThat(keys()).contains(ID + "/data/1.dat", ID + "/data.sha256", ID + "/manifest.json");
        assertThat(staged()).isEmpty();
    }

    @Test
    void aFileIsSentAsSoonAsItIsFinished() throws IOException {
        try (NewBackup backup = repository.begin(ID)) {
            Map<String, Digested> sealed = filled(backup);
            backup.finished("data/1.dat", sealed.get("data/1.dat"));
            org.awaitility.Awaitility.await().until(() -> keys().contains(ID + "/data/1.dat"));

            assertThat(repository.ids()).as("without a manifest").isEmpty();
            backup.publish(sealed);
        }
        assertThat(store.puts()).isEqualTo(3);
    }

    @Test
    void aFileThatWasWrittenAgainAfterItWasSentIsSentAgain() throws IOException {
        try (NewBackup backup = repository.begin(ID)) {
            backup.finished("data/1.dat", written(backup, "data/1.dat", "not yet"));
            backup.publish(filled(backup));
        }
        assertThat(objects.open(ObjectKey.of(ID, "data/1.dat"), 0)).hasContent("rows");
    }

    @Test
    void row30_aFailedUploadPublishesNothingAndLeavesNothing() throws IOException {
        store.onlyAt("manifest.json").failPuts(1);

        assertThatThrownBy(() -> published(ID)).isInstanceOf(StoreUnreachable.class);

        assertThat(keys()).isEmpty();
        assertThat(staged()).isEmpty();
        assertThat(repository.ids()).isEmpty();
    }

    @Test
    void row30_whatAKilledUploadLeftIsSweptByTheNextRunAndNothingElse() throws IOException {
        published(LATER);
        store.put(ObjectKey.of(ID, "data/1.dat"), ObjectContent.of("half".getBytes(StandardCharsets.UTF_8)));
        Files.createDirectories(folder.resolve("staging/.partial-" + ID + "/data"));
        BackupId ofAnother = new BackupId("20261123T025151Z-bbbb");
        store.put(ObjectKey.of(ofAnother, "data/1.dat"), ObjectContent.of(new byte[1]));

        repository().building().close();

        assertThat(staged()).isEmpty();
        assertThat(keys()).noneMatch(key -> key.startsWith(ID.text()));
        assertThat(keys()).contains(ofAnother + "/data/1.dat", LATER + "/manifest.json");
        assertThat(repository.ids()).containsExactly(LATER);
    }

    @Test
    void row30_aBackupWhoseManifestArrivedBeforeTheKillStays() throws IOException {
        published(ID);
        Files.createDirectories(folder.resolve("staging/.partial-" + ID));

        repository().building().close();

        assertThat(repository.ids()).containsExactly(ID);
        assertThat(staged()).isEmpty();
    }

    @Test
    void row30_whileSomebodyIsAtWorkNothingIsSwept() throws IOException {
        try (StoreLock lock = repository.building();
                NewBackup backup = repository.begin(ID)) {
            Map<String, Digested> sealed = filled(backup);
            repository().building().close();

            assertThat(lock).isNotNull();
            backup.publish(sealed);
        }
        assertThat(repository.ids()).containsExactly(ID);
    }

    @Test
    void deletingBeginsWithTheManifestAndEndsWithNothing() throws IOException {
        published(ID);

        repository.delete(ID);

        assertThat(keys()).isEmpty();
        assertThat(staged()).isEmpty();
        assertThatThrownBy(() -> repository.delete(ID)).isInstanceOf(NotFound.class);
    }

    @Test
    void row09_aBackupThatIsReadIsNotDeleted() throws IOException {
        published(ID);
        try (StoreLock reader = repository.reading(ID)) {
            assertThat(reader).isNotNull();
            assertThatThrownBy(() -> repository.delete(ID)).isInstanceOf(Busy.class);
        }
        assertThat(repository.ids()).containsExactly(ID);
    }

    @Test
    void whatIsReadIsFetchedOnceAndWhatIsOnlyLookedAtIsNotKept() throws IOException {
        published(ID);
        try (BackupFiles files = repository.files(ID)) {
            files.prepare(path -> path.endsWith(".sha256"));
            Digested data = files.read("data/1.dat", count -> {});
            files.bring("data.sha256");
            files.read("data.sha256", count -> {});

            assertThat(data.bytes()).isEqualTo(4);
            assertThat(files.folder().resolve("data/1.dat")).doesNotExist();
            assertThat(files.folder().resolve("data.sha256")).hasContent("sums");
            assertThat(store.opens()).isEqualTo(2);
        }
        assertThat(staged()).isEmpty();
    }

    @Test
    void evidenceIsAddedBeside() throws IOException {
        published(ID);

        repository.addEvidence(ID, "20261123T031500Z-verified-9f02c1d2e3f40516.json", new byte[] {'{', '}'});

        assertThat(repository.evidence(ID)).containsExactly("20261123T031500Z-verified-9f02c1d2e3f40516.json");
    }

    @Test
    void row10_noTwoIdsHaveTheSameSecond() throws IOException {
        published(ID);

        assertThat(repository.newId(CLOCK.instant(), new Random(1)).text()).startsWith("20261123T025150Z-");
    }
}
