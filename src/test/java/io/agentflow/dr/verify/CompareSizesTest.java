package io.agentflow.dr.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.testing.GoldenBackup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan can know of a backup without reading it. */
class CompareSizesTest {
    @TempDir
    Path store;

    private Path folder;
    private Manifest manifest;

    @BeforeEach
    void aBackup() throws IOException {
        GoldenBackup.copyInto(store);
        folder = store.resolve(GoldenBackup.ID.text());
        try (InputStream json = Files.newInputStream(folder.resolve("manifest.json"))) {
            manifest = ManifestJson.read(json);
        }
    }

    private List<Problem> problems() {
        return new CompareSizes().problems(new DirectoryStore(store, DirectoryPermissions.OWNER), manifest);
    }

    @Test
    void findsNothingInAWholeBackupThatHasEvidence() throws IOException {
        Files.createDirectories(folder.resolve("evidence"));
        Files.writeString(folder.resolve("evidence/20261123T031500Z-verified-9f02c1d2e3f40516.json"), "{}");

        assertThat(problems()).isEmpty();
    }

    @Test
    void findsWhatIsMissingTruncatedOrStrange() throws IOException {
        Files.delete(folder.resolve("data/toc.dat"));
        Files.write(folder.resolve("RESTORE.md"), new byte[3]);
        Files.writeString(folder.resolve("data/extra"), "");

        assertThat(problems()).extracting(Problem::path).containsExactly("RESTORE.md", "data/extra", "data/toc.dat");
    }

    @Test
    void aLinkIsNoFile() throws IOException {
        Files.move(folder.resolve("data/toc.dat"), store.resolve("toc.dat"));
        Files.createSymbolicLink(folder.resolve("data/toc.dat"), store.resolve("toc.dat"));

        assertThat(problems()).containsExactly(new Problem("data/toc.dat", "is not a plain file"));
    }
}
