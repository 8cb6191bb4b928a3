package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest extends BackupStoreContract {
    @TempDir
    Path parent;

    private Path root() {
        return parent.resolve("backups");
    }

    @Override
    DirectoryStore store() {
        return new DirectoryStore(root(), DirectoryPermissions.OWNER);
    }

    @Override
    List<String> leftovers() throws IOException {
        List<String> published = store().ids().stream().map(BackupId::text).toList();
        try (Stream<Path> all = Files.list(root())) {
            return all.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> !published.contains(name) && !name.equals(".lock"))
                    .toList();
        }
    }

    @Override
    void put(List<BackupId> ids) throws IOException {
        for (BackupId id : ids) {
            Path folder = Files.createDirectories(root().resolve(id.text()));
            Files.createFile(folder.resolve("manifest.json"));
        }
    }

    @Test
    void aPublishedBackupIsForItsOwnerAlone() throws IOException {
        publish(ID);

        Path folder = root().resolve(ID.text());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("manifest.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aBackupThatWasKilledIsToldUnlessSomebodyIsAtWork() throws IOException {
        BackupCatalog catalog = new BackupCatalog(store());
        assertThat(catalog.unfinished()).isEmpty();
        try (StoreLock work = store().building()) {
            store().begin(ID);
            assertThat(work).isNotNull();
            assertThat(catalog.unfinished()).isEmpty();
        }

        assertThat(catalog.unfinished())
                .contains("1 unfinished backup (.partial-" + ID + ") is left of a run that was killed;"
                        + " the next backup create sweeps it");
        store().building().close();
        assertThat(catalog.unfinished()).isEmpty();
    }

    @Test
    void whyAStoreCannotBeUsedIsSaidAndItsPathOnce() throws IOException {
        Files.writeString(root(), "a file");

        assertThatThrownBy(() -> new DirectoryStore(root().resolve("more"), DirectoryPermissions.OWNER).building())
                .hasMessage("the store " + root().resolve("more") + " cannot be written to: Not a directory");
    }

    @Test
    void aBackupIsReadInPlace() throws IOException {
        publish(ID);

        try (LocalBackup local = store().read(ID)) {
            assertThat(local.folder()).isEqualTo(root().resolve(ID.text()));
        }
    }

    @Test
    void aFolderWithoutAManifestIsNoBackupAndIsNamed() throws IOException {
        publish(ID);
        Files.delete(root().resolve(ID.text()).resolve("manifest.json"));

        assertThat(store().ids()).isEmpty();
        assertThat(store().withoutManifest()).containsExactly(ID);
    }

    @Test
    void noLinkIsFollowed() throws IOException {
        publish(ID);
        Path manifest = root().resolve(ID.text()).resolve("manifest.json");
        Files.move(manifest, parent.resolve("elsewhere"));
        Files.createSymbolicLink(manifest, parent.resolve("elsewhere"));

        assertThat(store().ids()).isEmpty();
        assertThat(store().files(ID)).contains(new StoredFile("manifest.json", 0, false));
        assertThatThrownBy(() -> store().open(ObjectKey.manifest(ID)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("symbolic link");
    }

    @Test
    void aFileWhereTheStoreShouldBeIsNamed() throws IOException {
        Files.writeString(root(), "not a directory");

        assertThatThrownBy(() -> store().begin(ID)).isInstanceOf(Refused.class).hasMessageContaining("backups");
        assertThat(store().ids()).isEmpty();
    }
}
