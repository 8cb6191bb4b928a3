package io.agentflow.dr.config;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
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
        return StoreUri.parse(uri).isDirectory();
    }

    /**
     * Where it is, as a store that was opened tells its own place.
     *
     * @throws UsageError if its URI is none
     */
    private String place() {
        StoreUri own = StoreUri.parse(uri);
        return own.isDirectory() ? own.directory().toAbsolutePath().normalize().toString() : own.whereabouts();
    }

    /**
     * Whether it is at this place, as a store that was opened tells its own.
     *
     * @throws UsageError if its URI is none
     */
    public boolean isAt(String place) {
        return place().equals(place)
                || (isDirectory() && StoreUri.isPath(place) && SameDirectory.are(Path.of(place()), Path.of(place)));
    }

    /** Whether both are one place. */
    boolean isSameAs(ConfiguredStore other) {
        return isAt(other.place());
    }
}
