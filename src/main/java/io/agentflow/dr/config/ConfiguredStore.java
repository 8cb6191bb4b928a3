package io.agentflow.dr.config;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A store as the configuration or a command line names it.
 *
 * @param name by which it is told; what was written where it has no name
 * @param uri a directory, or a URI such as {@code s3://bucket/prefix}
 */
public record ConfiguredStore(String name, String uri) {
    /** Whether it is a directory. @throws UsageError if its URI is none */
    public boolean isDirectory() {
        return StoreUri.isPath(uri) || StoreUri.parse(uri).isDirectory();
    }

    /**
     * Whether it is at this place, as a store that was opened tells its own.
     *
     * @throws UsageError if its URI is none
     */
    public boolean isAt(String place) {
        if (!isDirectory()) {
            return StoreUri.parse(uri).whereabouts().equals(place);
        }
        Path own = StoreUri.isPath(uri) ? Path.of(uri) : StoreUri.parse(uri).directory();
        try {
            // A link to a directory is the same place.
            return own.toAbsolutePath().normalize().toString().equals(place)
                    || (StoreUri.isPath(place) && Files.isSameFile(own, Path.of(place)));
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether both are one place. */
    boolean isSameAs(ConfiguredStore other) {
        return isAt(
                other.isDirectory()
                        ? Path.of(
                                        StoreUri.isPath(other.uri)
                                                ? other.uri
                                                : StoreUri.parse(other.uri).place())
                                .toAbsolutePath()
                                .normalize()
                                .toString()
                        : StoreUri.parse(other.uri).whereabouts());
    }
}
