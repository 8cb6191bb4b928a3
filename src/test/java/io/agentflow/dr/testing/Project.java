package io.agentflow.dr.testing;

import java.nio.file.Path;

/** Where the project's own files are. */
public final class Project {
    private Project() {}

    public static Path file(String path) {
        return Path.of(System.getProperty("af.project", "."))
                .toAbsolutePath()
                .normalize()
                .resolve(path);
    }
}
