package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStoreTest extends BackupStoreContract {
    @TempDir
    Path root;

    private Path objects() {
        return root.resolve("objects");
    }

    @Override
    protected BackupStore openStore() {
        return new FolderStore(objects(), DirectoryPermissions.OWNER);
    }

    @Override
    protected void leaveInterruptedUpload(ObjectKey key) throws IOException {
        Path file = objects().resolve(key.text());
        Files.createDirectories(file.getParent());
        Files.writeString(file.resolveSibling("..killed.put-6f2b.tmp"), "half of");
    }

    private static ObjectContent some() {
        return ObjectContent.of("some".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void objectsAreForTheirOwnerAlone() throws IOException {
        try (BackupStore store = openStore()) {
            store.put(new ObjectKey("a/b"), some());
        }

        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(objects().resolve("a/b"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(objects().resolve("a"))))
                .isEqualTo("rwx------");
    }

    @Test
    void linksAndForeignFilesAreNoObjects() throws IOException {
        Files.createDirectories(objects().resolve("a"));
        Files.createSymbolicLink(objects().resolve("a/link"), Path.of("/etc/passwd"));
        Files.writeString(objects().resolve("a/with space"), "");
        Files.writeString(objects().resolve("a/.hidden"), "");

        try (BackupStore store = openStore()) {
            assertThat(store.list("")).isEmpty();
            assertThat(store.stat(new ObjectKey("a/link"))).isEmpty();
            assertThatThrownBy(() -> store.open(new ObjectKey("a/link"), 0)).isInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> store.put(new ObjectKey("a/link"), some())).isInstanceOf(ObjectExists.class);
        }
        assertThat(Path.of("/etc/passwd")).isNotEmptyFile();
    }

    @Test
    void aFileWhereTheStoreShouldBeIsAnErrorThatNamesIt() throws IOException {
        Files.writeString(objects(), "not a directory");

        try (BackupStore store = openStore()) {
            assertThatThrownBy(() -> store.put(new ObjectKey("a"), some()))
                    .isInstanceOf(io.agentflow.dr.core.AfException.class)
                    .hasMessageContaining("objects");
        }
        Files.delete(objects());
    }

    @Test
    void aStoreThatMayNotBeWrittenToIsRefused() throws IOException {
        // Whoever may do everything cannot be kept from writing by permissions, but by a file system without links.
        Path noLinks = Path.of("/proc");

        try (BackupStore store = new FolderStore(noLinks, DirectoryPermissions.OWNER)) {
            assertThatThrownBy(() -> store.put(new ObjectKey("a"), some()))
                    .isInstanceOfAny(Refused.class, ObjectMissing.class, StoreUnreachable.class);
        }
    }
}
