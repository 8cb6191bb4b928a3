package io.agentflow.dr.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.testing.GoldenBackup;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingRoomTest {
    private static final Manifest MANIFEST = new BackupCatalog(new DirectoryStore(
                    Objects.requireNonNull(GoldenBackup.folder().getParent()), DirectoryPermissions.OWNER))
            .manifest(GoldenBackup.ID);

    @TempDir
    Path folder;

    private StagingRoom room(boolean remote, long free) {
        return StagingRoom.of(MANIFEST, remote, folder.resolve("not/made/yet"), directory -> {
            assertThat(directory).isEqualTo(folder);
            return free;
        });
    }

    @Test
    void whatIsFetchedNeedsRoomBesidesWhatElseIsWritten() {
        Refused refused = room(true, 100).lacking().orElseThrow();

        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.fact())
                .contains(
                        GoldenBackup.ID + " needs ",
                        " fetched), and " + folder.resolve("not/made/yet") + " has 100 B free");
        assertThat(refused.hint()).contains("af.staging-dir");
        assertThat(room(true, StagingRoom.SPARE).lacking()).isEmpty();
    }

    @Test
    void whatLiesOnThisMachineNeedsNone() {
        assertThat(room(false, 0).lacking()).isEmpty();
    }

    @Test
    void whatIsDecryptedNeedsRoomToo() {
        StagingRoom both =
                new StagingRoom(GoldenBackup.ID, 2_000_000_000L, 3_000_000_000L, folder, directory -> 4_000_000_000L);

        assertThat(new StagingRoom(GoldenBackup.ID, 0, 1_000, folder, directory -> 1_999).lacking())
                .isPresent();
        assertThat(new StagingRoom(GoldenBackup.ID, 0, 1_000, folder, directory -> 2_000).lacking())
                .isEmpty();
        assertThat(both.lacking().orElseThrow().fact())
                .contains("needs 5.0 GB on this machine", "(2.0 GB fetched, 3.0 GB decrypted)", "has 4.0 GB free");
    }
}
