package io.agentflow.dr.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterFolderTest {
    private static final String ID = "20261126T100500Z-backup-abcd";

    @TempDir
    Path folder;

    private Path report(String id) throws IOException {
        return Files.writeString(folder.resolve(id + ".json"), "{\"arguments\":[\"backup\",\"list\"]}");
    }

    @Test
    void aReportOfOurOwnSaysHowToDoItAgain() throws IOException {
        report(ID);
        assertThat(new DeadLetterFolder(folder).arguments(ID)).containsExactly("backup", "list");
    }

    @Test
    void whatAnotherUserHasPutThereIsNotRun() throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("only root can give a file away")
                .isEqualTo("root");
        Files.setAttribute(report(ID), "unix:uid", 65_534);

        assertThatThrownBy(() -> new DeadLetterFolder(folder).arguments(ID))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("belongs to the user 65534");
    }

    @Test
    void anIdThatFitsManyNamesAFew() throws IOException {
        for (int i = 100; i < 130; i++) {
            report("20261126T100500Z-request-a" + i);
        }
        DeadLetterFolder letters = new DeadLetterFolder(folder);

        assertThat(letters.fitting("request")).hasSize(30).first().isEqualTo("20261126T100500Z-request-a129");
        assertThatThrownBy(() -> letters.select("request"))
                .isInstanceOfSatisfying(
                        UsageError.class, e -> assertThat(e.hint()).hasSizeLessThan(250))
                .hasMessageContaining("fits 30 reports");
    }
}
