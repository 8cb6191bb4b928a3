package io.agentflow.dr.postgres;

import java.nio.file.Path;

/**
 * PostgreSQL's client tools of one version in one directory.
 *
 * @param version as pg_dump prints it: 15.18
 */
public record PgToolSet(Path directory, int major, String version) {

    /** The path of a tool, such as {@code pg_dump}. */
    public Path tool(String name) {
        Path windows = directory.resolve(name + ".exe");
        return java.nio.file.Files.exists(windows) ? windows : directory.resolve(name);
    }
}
