package io.agentflow.dr.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.OperationFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody may put into the drop folder who may write there. */
class FolderRequestsTest {
    @TempDir
    Path folder;

    @Test
    void aFileIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "{}");
        assertThat(new FolderRequests(folder, 100).read(file.toFile()).body()).isEqualTo(new byte[] {'{', '}'});
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "of somebody else");
        Path link = Files.createSymbolicLink(folder.resolve("a.json"), secret);
        assertThat(new FolderRequests(folder, 100).read(link.toFile()).body()).isEmpty();
    }

    @Test
    void nothingIsMovedWhereALinkLeads() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path file = Files.writeString(folder.resolve("a.json"), "{}");
        Files.createSymbolicLink(folder.resolve("refused"), elsewhere);

        FolderRequests requests = new FolderRequests(folder, 100);
        assertThatThrownBy(() -> requests.read(file.toFile()))
                .isInstanceOf(OperationFailed.class)
                .hasMessageContaining("is a link");
        assertThat(requests.standing().well()).isTrue();
    }
}
