package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest {
    private static final BackupId ID = new BackupId("20261123T025149Z-k3f9");
    private static final BackupId LATER = new BackupId("20261123T025150Z-aaaa");

    @TempDir
    Path root;

    private DirectoryStore store() {
        return new DirectoryStore(root.resolve("backups"), DirectoryPermissions.OWNER);
    }

    private Path published(BackupId id) throws IOException {
        NewBackup partial = store().begin(id);
        Files.writeString(partial.folder().resolve("manifest.json"), "{}");
        return partial.publish();
    }

    @Test
    void whatIsBeingBuiltIsNoBackup() throws IOException {
        NewBackup partial = store().begin(ID);
        Files.writeString(partial.folder().resolve("manifest.json"), "{}");

        assertThat(store().ids()).isEmpty();
    }

    @Test
    void aPublishedBackupIsListedNewestFirstAndForItsOwnerAlone() throws IOException {
        Path folder = published(ID);
        published(LATER);

        assertThat(store().ids()).containsExactly(LATER, ID);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("manifest.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aBackupThatWasKilledIsToldUnlessSomebodyIsAtWork() throws IOException {
        BackupCatalog catalog = new BackupCatalog(store());
        assertThat(catalog.unfinished()).isEmpty();
        try (StoreLock work = StoreLock.hold(store())) {
            store().begin(ID);
            assertThat(work).isNotNull();
            assertThat(catalog.unfinished()).isEmpty();
        }

        assertThat(catalog.unfinished())
                .contains("1 unfinished backup (.partial-" + ID + ") is left of a run that was killed;"
                        + " the next backup create sweeps it");
        StoreLock.hold(store()).close();
        assertThat(catalog.unfinished()).isEmpty();
    }

    @Test
    void whyAStoreCannotBeUsedIsSaidAndItsPathOnce() throws IOException {
        Files.writeString(root.resolve("backups"), "a file");

        assertThatThrownBy(() ->
                        StoreLock.hold(new DirectoryStore(root.resolve("backups/more"), DirectoryPermissions.OWNER)))
                .hasMessage("the store " + root.resolve("backups/more") + " cannot be written to: Not a directory");
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        published(ID);
        NewBackup second = store().begin(ID);

        assertThatThrownBy(second::publish).hasMessageContaining("exists already");
    }

    @Test
    void deletingWhatIsNotThereIsNotFound() throws IOException {
        published(ID);
        store().delete(ID);

        assertThat(store().ids()).isEmpty();
        assertThat(root.resolve("backups").resolve(ID.text())).doesNotExist();
        assertThatThrownBy(() -> store().delete(ID)).isInstanceOf(NotFound.class);
    }

    @Test
    void aDeadPartialIsSweptAndALivingOneIsNot() throws IOException {
        Path dead = store().begin(ID).folder();
        try (StoreLock first = store().building()) {
            assertThat(dead).doesNotExist();
            Path living = store().begin(LATER).folder();

            try (StoreLock second = store().building()) {
                assertThat(first).isNotSameAs(second);
                assertThat(living).exists();
            }
        }
    }

    @Test
    void row09_aBackupThatIsReadIsNotDeletedAndAnotherOneIs() throws IOException {
        published(ID);
        published(LATER);
        try (LocalBackup reader = store().read(ID);
                LocalBackup other = store().read(ID)) {
            assertThat(reader).isNotSameAs(other);
            assertThatThrownBy(() -> store().delete(ID)).isInstanceOf(Busy.class);
            store().delete(LATER);
        }

        store().delete(ID);
        assertThat(store().ids()).isEmpty();
    }

    @Test
    void aFileWhereTheStoreShouldBeIsNamed() throws IOException {
        Files.writeString(root.resolve("backups"), "not a directory");

        assertThatThrownBy(() -> store().begin(ID)).isInstanceOf(Refused.class).hasMessageContaining("backups");
        assertThat(store().ids()).isEmpty();
    }
}
