package io.agentflow.dr.artifact;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where a directory that is not made yet will be: on the disk of what is above it. */
public final class ExistingFolder {
    private ExistingFolder() {}

    /** The directory itself if it is there, else the nearest one above it that is. */
    public static Path of(Path directory) {
        Path path = directory.toAbsolutePath();
        Path parent = path.getParent();
        return Files.exists(path) || parent == null ? path : of(parent);
    }
}
