package io.agentflow.dr.backup;

import io.agentflow.dr.manifest.Component;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.Sql;
import java.util.List;

/** Writes RESTORE.md: how to restore this very backup with stock tools alone, should af be gone. */
final class RestoreInstructions {
    static final String FILE = "RESTORE.md";

    private RestoreInstructions() {}

    static String of(BackupRun.Open run, List<Component> components) {
        boolean critical = components.stream().anyMatch(c -> c.kind() == ComponentKind.CRITICAL);
        String name = run.request().url().database().text();
        return """
                # Restore of backup %s

                Database %s, PostgreSQL %s, as it was at %s.
                You need sha256sum, gunzip, and psql and pg_restore of version %d or newer. Run everything in this folder.
                `af backup restore %s` does the same beside the live database, proves it, and swaps it in.

                1. Check that the files are what they were:

                       sha256sum -c *.sha256

                2. On a new cluster, create the roles and tablespaces (errors about existing ones are harmless):

                       gunzip -c globals.sql.gz | psql -d postgres

                3. Create an empty database. Choose a new name if the old one is still there:

                       psql -d postgres <<'SQL'
                       %s
                       SQL

                4. Restore into it with four workers, stopping at the first error:

                       pg_restore --exit-on-error --jobs=4 --dbname=restored data

                5. Collect statistics: `psql -d restored -c ANALYZE`. Settings, privileges and comment of the
                   database itself are shown by: `pg_restore --create --file=- data | head -60`

                The structure as SQL: `gunzip -c schema.dump.gz | pg_restore --file=-`
                %s""".formatted(
                run.id(),
                name,
                run.server(),
                run.snapshot().takenAt(),
                run.tools().major(),
                run.id(),
                createDatabase(run.contents().properties()),
                critical ? "The critical tables alone: `gunzip -c critical.dump.gz | pg_restore --file=-`\n" : "");
    }

    private static String createDatabase(DatabaseProperties properties) {
        return "CREATE DATABASE restored" + properties.creationOptions() + " OWNER "
                + Sql.identifier(properties.owner()) + ";";
    }
}
