package io.agentflow.dr.backup;

import io.agentflow.dr.manifest.Component;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.sign.PublicKey25519;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Writes RESTORE.md: how to restore this very backup with stock tools alone, should af be gone. */
final class RestoreInstructions {
    static final String FILE = "RESTORE.md";

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private RestoreInstructions() {}

    static String of(BackupRun.Open run, List<Component> components, Optional<PublicKey25519> signer) {
        boolean critical = components.stream().anyMatch(c -> c.kind() == ComponentKind.CRITICAL);
        String name = oneLine(run.request().url().database().text());
        return """
                # Restore of backup %s

                Database %s, PostgreSQL %s, as it was at %s.
                You need sha256sum, gunzip, and psql and pg_restore of version %d or newer. Run everything in this folder.
                `af backup restore %s` does the same beside the live database, proves it, and swaps it in.

                1. Check that the files are what they were:

                       sha256sum -c *.sha256
                %s%s
                2. On a new cluster, create the roles and tablespaces. Errors about existing ones are harmless. If the backup
                   was made with --role-passwords, roles that are there, yours too, have the old passwords from then on:

                       gunzip -c globals.sql.gz | psql -d postgres

                3. Create an empty database. Choose a new name if the old one is still there:

                       psql -d postgres <<'SQL'
                       %s
                       SQL

                4. Restore into it, stopping at the first error: the tables, then their rows with four workers:

                       pg_restore --exit-on-error --section=pre-data --dbname=restored data
                       pg_restore --exit-on-error --section=data --jobs=4 --dbname=restored data

                5. Then indexes, constraints and triggers. Here as in the first command several workers can run into
                   one another: a deadlock, or a GRANT before the one that it builds on:

                       pg_restore --exit-on-error --section=post-data --dbname=restored data

                6. Collect statistics: `psql -d restored -c ANALYZE`. Settings, privileges and comment of the
                   database itself are shown by: `pg_restore --create --file=- data | head -60`

                %sThe structure as SQL: `gunzip -c schema.dump.gz | pg_restore --file=-`
                %s""".formatted(
                run.id(),
                name,
                run.server(),
                run.snapshot().takenAt(),
                run.tools().major(),
                run.id(),
                signer.map(RestoreInstructions::signature).orElse(""),
                decrypt(run),
                createDatabase(run.contents().properties(), run.server().major()),
                newerTools(run.server().major(), run.tools().major()),
                critical ? "The critical tables alone: `gunzip -c critical.dump.gz | pg_restore --file=-`\n" : "");
    }

    /** The sum files might have been exchanged together with what they are of; the manifest that is signed cannot. */
    private static String signature(PublicKey25519 signer) {
        return """

                   The manifest is signed. With the public key, signing.pub, from a place that you trust, openssl 3 tells
                   whether the manifest is what was signed, and the manifest whether the files are. SHA-256 of the key:
                   %s

                       openssl pkeyutl -verify -pubin -inkey signing.pub -rawin -in manifest.json -sigfile manifest.sig

                       tr -d ' \\n' < manifest.json | grep -o '"path":"[^"]*","bytes":[0-9]*,"sha256":"[0-9a-f]*"' |
                         sed 's/"path":"\\(.*\\)","bytes":.*"sha256":"\\(.*\\)"/\\2  \\1/' | sha256sum -c
                """.formatted(signer.fingerprint().hex());
    }

    /** With the program age; from then on the names below are there. */
    private static String decrypt(BackupRun.Open run) {
        return run.request().recipients().none()
                ? ""
                : """

                   Then decrypt it in a copy of this folder, with age (age-encryption.org) and the identity of one of
                   %s:

                       (for f in *.age data/*.age; do age -d -i identity.txt -o "${f%%.age}" "$f" || exit 1; done)
                """.formatted(String.join(", ", run.request().recipients().keys()));
    }

    /** From 17 on pg_restore lifts a limit that older servers do not know. */
    private static String newerTools(int server, int tools) {
        return server >= 17 || tools < 17 ? "" : """
                        A server older than 17 does not know `transaction_timeout`: there leave out `--exit-on-error`, and see to it
                        that pg_restore complains of nothing else.

                        """;
    }

    private static String createDatabase(DatabaseProperties properties, int major) {
        return "CREATE DATABASE restored" + properties.creationOptions(major) + " OWNER "
                + identifier(properties.owner()) + ";";
    }

    /** A name with a line break would otherwise end what it stands in, and go on as a command of the reader's shell. */
    private static String identifier(String name) {
        String plain = Sql.identifier(name);
        return oneLine(name).equals(name) ? plain : "U&" + escaped(plain.replace("\\", "\\\\"));
    }

    private static String oneLine(String name) {
        return CONTROL.matcher(name).find() ? escaped(name) : name;
    }

    private static String escaped(String text) {
        return CONTROL.matcher(text)
                .replaceAll(c -> String.format("\\\\%04X", (int) c.group().charAt(0)));
    }
}
