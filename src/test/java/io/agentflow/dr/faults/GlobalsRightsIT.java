package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Managed services show password hashes to nobody: the backup is made without them, and says so. */
class GlobalsRightsIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    @Test
    void passwordsThatTheRoleMayNotSeeAreAWarning() {
        postgres.role("globals_plain", "");
        postgres.database("globals_rights").with("ALTER DATABASE globals_rights OWNER TO globals_plain");
        AfProcess.Result made = new AfProcess(folder)
                .with("AF_DATABASE_URL", postgres.uri("globals_rights", "globals_plain"))
                .run("backup", "create", "--role-passwords", "--json");

        assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
        assertThat(made.json().path("warnings").get(0).asText()).contains("password hashes");
    }

    @Test
    void whatPgDumpLeavesOutWithoutAWordIsAWarning() {
        postgres.role("globals_unseeing", "");
        postgres.database("globals_unseen")
                .with("ALTER DATABASE globals_unseen OWNER TO globals_unseeing; CREATE EXTENSION postgres_fdw;"
                        + " CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;"
                        + " CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'x', password 'hidden');"
                        + " CREATE SERVER near FOREIGN DATA WRAPPER postgres_fdw; ALTER SERVER near OWNER TO"
                        + " globals_unseeing; CREATE USER MAPPING FOR PUBLIC SERVER near OPTIONS (user 'seen')");

        AfProcess.Result made = new AfProcess(folder)
                .with("AF_DATABASE_URL", postgres.uri("globals_unseen", "globals_unseeing"))
                .run("backup", "create", "--json");

        assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
        assertThat(made.json().path("warnings")).hasSize(1);
        assertThat(made.json().path("warnings").get(0).asText())
                .contains("user mapping of postgres for the server far");
    }
}
