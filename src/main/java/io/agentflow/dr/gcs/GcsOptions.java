package io.agentflow.dr.gcs;

import com.google.cloud.storage.StorageClass;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the URI of a store in Google Cloud Storage asks for. What it leaves out is as the bucket and Google's own tools
 * have it.
 *
 * @param endpoint of a server that is not Google's public one
 * @param project that pays for the requests, where the bucket or the credentials want one named
 * @param storageClass of what is stored
 * @param chunkBytes what is sent in one request of a large object, and is in memory meanwhile
 * @param timeout how long one request may take, beyond what its bytes need at a very slow pace
 */
record GcsOptions(
        @Nullable URI endpoint,
        @Nullable String project,
        @Nullable StorageClass storageClass,
        int chunkBytes,
        Duration timeout) {
    private static final Set<String> KNOWN =
            new TreeSet<>(Set.of("endpoint", "project", "storage-class", "chunk-size-mib", "timeout-seconds"));
    private static final List<String> CLASSES = List.of("STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE");
    private static final int MIB = 1024 * 1024;
    private static final int SLOWEST_BYTES_PER_SECOND = 32 * 1024;

    /** @throws UsageError if an option is unknown or wrong */
    static GcsOptions of(StoreUri uri) {
        uri.requireOnly(KNOWN);
        return new GcsOptions(
                endpoint(uri),
                project(uri),
                storageClass(uri),
                (int) uri.number("chunk-size-mib", 8, 1, 32) * MIB,
                Duration.ofSeconds(uri.number("timeout-seconds", 60, 1, 3600)));
    }

    private static @Nullable URI endpoint(StoreUri uri) {
        String given = uri.option("endpoint", "");
        if (given.isEmpty()) {
            return null;
        }
        if (!given.matches("https?://[A-Za-z0-9.\\[\\]:-]+/?")) {
            throw uri.wrongOption("endpoint", "https://host or https://host:port");
        }
        URI endpoint = URI.create(given.replaceFirst("/$", ""));
        if (endpoint.getHost() == null || (endpoint.getScheme().equals("http") && !StoreUri.isLoopback(endpoint))) {
            // A token that travels in the clear is everybody's.
            throw uri.wrongOption("endpoint", "https://host: http is for a server on this machine alone");
        }
        return endpoint;
    }

    private static @Nullable String project(StoreUri uri) {
        String given = uri.options().get("project");
        if (given != null && !given.matches("[a-z0-9.:-]+")) {
            throw uri.wrongOption("project", "the id of a project");
        }
        return given;
    }

    private static @Nullable StorageClass storageClass(StoreUri uri) {
        String given = uri.options().get("storage-class");
        if (given == null) {
            return null;
        }
        String known = given.toUpperCase(Locale.ROOT);
        if (!CLASSES.contains(known)) {
            throw uri.wrongOption("storage-class", String.join(", ", CLASSES));
        }
        return StorageClass.valueOf(known);
    }

    /** Whether the server is on this machine: it is told no credentials. */
    boolean loopback() {
        return endpoint != null && StoreUri.isLoopback(endpoint);
    }

    /** How long a request that sends a whole chunk may take to send it. */
    Duration sending() {
        return timeout.plusSeconds(chunkBytes / SLOWEST_BYTES_PER_SECOND);
    }
}
