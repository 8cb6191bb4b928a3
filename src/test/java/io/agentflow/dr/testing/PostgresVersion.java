package io.agentflow.dr.testing;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/**
 * PostgreSQL of one major version, installed or fetched by {@code scripts/postgresql.sh}. What is not here is skipped with
 * its reason on a user's machine, and fails where {@code CI} is set.
 */
public record PostgresVersion(int major) {
    private static final Map<Integer, LocalPostgres> CLUSTERS = new ConcurrentHashMap<>();

    /** A cluster of this version, started once a run. */
    public LocalPostgres cluster() {
        return CLUSTERS.computeIfAbsent(major, version -> LocalPostgres.startFrom(bin()));
    }

    /** Where its programs are. */
    public Path bin() {
        try {
            String script = Project.file("scripts/postgresql.sh").toString();
            return Path.of(AfProcess.output(List.of(script, "bindir", String.valueOf(major)), Map.of())
                    .strip());
        } catch (IllegalStateException e) {
            String reason = "PostgreSQL " + major + " is not here: scripts/postgresql.sh fetch " + major;
            if (System.getenv("CI") != null) {
                throw new IllegalStateException(reason, e);
            }
            System.err.println("skipped: " + reason);
            return Assumptions.abort(reason);
        }
    }

    @Override
    public String toString() {
        return String.valueOf(major);
    }
}
