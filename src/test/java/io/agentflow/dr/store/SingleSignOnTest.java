package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.s3.S3Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A profile of AWS's single sign-on: its tokens are of the CLI's making. */
class SingleSignOnTest {
    @TempDir
    Path folder;

    @AfterEach
    void forgetProfiles() {
        System.clearProperty("aws.configFile");
        System.clearProperty("aws.sharedCredentialsFile");
    }

    @Test
    void whoHasNotSignedOnIsToldToAndNothingIsMissingOnTheClassPath() throws IOException {
        Path config = Files.writeString(folder.resolve("config"), """
                [profile backups]
                sso_session = acme
                sso_account_id = 111122223333
                sso_role_name = Backups
                region = eu-central-1
                [sso-session acme]
                sso_region = eu-central-1
                sso_start_url = https://acme.invalid/start
                """);
        System.setProperty("aws.configFile", config.toString());
        System.setProperty(
                "aws.sharedCredentialsFile",
                Files.createFile(folder.resolve("credentials")).toString());
        try (ObjectStore store =
                new S3Kind().open(StoreUri.parse("s3://dr-backups/app?profile=backups"), Clock.systemUTC())) {
            StoreUnreachable failure = catchThrowableOfType(
                    StoreUnreachable.class,
                    () -> store.stat(ObjectKey.manifest(new BackupId("20261123T025149Z-k3f9"))));

            assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(failure.hint()).contains("aws sso login");
            assertThat(failure.getCause()).hasMessageContaining("SSO").hasMessageNotContaining("class path");
        }
    }
}
