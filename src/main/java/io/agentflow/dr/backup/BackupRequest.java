package io.agentflow.dr.backup;

import io.agentflow.dr.age.Recipients;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NamedStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What backup is asked for.
 *
 * @param jobs how many workers dump the data
 * @param compression {@code 0} to {@code 9}, or {@code gzip|lz4|zstd[:level]} with a pg_dump of 16 or newer
 * @param criticalTables names, with or without a schema
 * @param criticalRequired whether somebody named these tables, so that a missing one is worth a warning
 * @param rolePasswords whether the globals hold the password hashes
 * @param stall how long a tool may show no sign of life
 * @param lockTimeout how long to wait for a table that somebody else has locked
 * @param recipients whom it is encrypted to
 * @param staging how much of it may lie on this machine meanwhile
 * @param followers stores that get it, too, once it is published
 */
public record BackupRequest(
        BackupStore store,
        DatabaseUrl url,
        int jobs,
        String compression,
        List<String> criticalTables,
        boolean criticalRequired,
        ProofLevel proof,
        boolean rolePasswords,
        Duration stall,
        Duration lockTimeout,
        Staging staging,
        Recipients recipients,
        List<NamedStore> followers) {
    private static final Pattern COMPRESSION = Pattern.compile("[0-9]|(gzip|lz4|zstd|none)(:[0-9]{1,2})?");

    public BackupRequest {
        if (jobs < 1 || jobs > 256) {
            throw new UsageError("--jobs is " + jobs, "Use 1 to 256.");
        }
        if (!COMPRESSION.matcher(compression).matches()) {
            throw new UsageError(
                    "--compression-level is '" + compression + "'", "Use 0 to 9, or gzip, lz4, zstd with :level.");
        }
        if (staging.stream() && jobs < 2) {
            throw new UsageError(
                    "--stream with --jobs 1",
                    "Use --jobs 2 or more: of a single worker pg_dump does not say which tables are finished.");
        }
        criticalTables = List.copyOf(criticalTables);
        followers = List.copyOf(followers);
    }

    /** What is asked for, in words and without a password: the journal knows its backups by it. */
    public String words() {
        return "backup of " + url + " to " + store.name();
    }

    /**
     * The arguments with which af does the same again: everything but the password, which the environment or ~/.pgpass must
     * give once more. Every option of {@code af backup create} is told here.
     */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "backup",
                "create",
                store.address(),
                "-d",
                url.connectionString(),
                "-j",
                String.valueOf(jobs),
                "-Z",
                compression,
                "--proof",
                proof.text()));
        if (criticalRequired && !criticalTables.isEmpty()) {
            arguments.addAll(List.of("--critical-tables", String.join(",", criticalTables)));
        }
        if (rolePasswords) {
            arguments.add("--role-passwords");
        }
        if (staging.stream()) {
            arguments.add("--stream");
        }
        recipients.keys().forEach(key -> arguments.addAll(List.of("--encrypt-to", key)));
        followers.forEach(
                follower -> arguments.addAll(List.of("--store", follower.store().address())));
        return List.copyOf(arguments);
    }

    /** Whether pg_dump must be 16 or newer to understand the compression. */
    boolean namesMethod() {
        return Character.isLetter(compression.charAt(0));
    }

    /** The level for what we compress ourselves with gzip: the one asked for where it is one of gzip's. */
    public int gzipLevel() {
        String level = compression.replaceFirst("^gzip:", "");
        return level.matches("[0-9]") ? Integer.parseInt(level) : 6;
    }
}
