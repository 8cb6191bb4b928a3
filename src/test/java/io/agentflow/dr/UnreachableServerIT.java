package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.AfProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody listens where the database should be. Port 1 is nobody's. */
class UnreachableServerIT {
    @TempDir
    Path folder;

    @Test
    void triesAgainAndThenSaysThatTheServerCannotBeReached() {
        AfProcess af = new AfProcess(folder)
                .with("AF_DATABASE_URL", "postgresql://af:secret@127.0.0.1:1/agentflow")
                .with("AF_RETRIES", "1")
                .with("AF_RETRY_DELAY", "1s");

        AfProcess.Result result = af.run("backup", "create", "-v");

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(8);
        assertThat(result.err())
                .contains("trying again")
                .contains("✗ cannot connect to 127.0.0.1:1 as af")
                .doesNotContain("secret")
                .doesNotContain("this is a bug");
        assertThat(folder.resolve("backups")).doesNotExist();
        assertThat(folder.resolve("dead-letters")).isNotEmptyDirectory();
    }
}
