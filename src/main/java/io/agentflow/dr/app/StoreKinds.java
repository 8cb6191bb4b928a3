package io.agentflow.dr.app;

import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.store.ObjectBackupStore;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreKind;
import io.agentflow.dr.store.StoreUri;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** Opens stores of every kind that is installed: each lies in {@code lib/<scheme>} beside {@code af.jar}. */
final class StoreKinds {
    /** Made once: a service has many stores, and the libraries are large. */
    private static final Map<String, ClassLoader> LOADERS = new ConcurrentHashMap<>();

    private StoreKinds() {}

    /**
     * Opens the store that a URI names.
     *
     * @param staging where its backups are built and fetched to, each store in a directory of its own
     * @throws UsageError if there is no such kind, or an option is wrong
     */
    static BackupStore open(StoreUri uri, Path staging, Clock clock) {
        StoreKind kind = kind(uri.scheme())
                .orElseThrow(
                        () -> new UsageError(
                                "the store '" + uri.text() + "' is of a kind that this version does not know",
                                "Use a directory, s3://bucket/prefix, gs://bucket/prefix, azure://container/prefix, or route:NAME."));
        return over(kind.open(uri, clock), uri, staging, clock);
    }

    private static Optional<StoreKind> kind(String scheme) {
        Iterator<StoreKind> kinds = ServiceLoader.load(
                        StoreKind.class, LOADERS.computeIfAbsent(scheme, StoreKinds::loader))
                .iterator();
        while (true) {
            try {
                if (!kinds.hasNext()) {
                    return Optional.empty();
                }
                StoreKind one = kinds.next();
                if (one.scheme().equals(scheme)) {
                    return Optional.of(one);
                }
            } catch (ServiceConfigurationError e) {
                // Every folder names all kinds that there are, and holds one; that the others are not found has no
                // cause.
                if (e.getCause() != null) {
                    throw e;
                }
            }
        }
    }

    /** Backups in these objects. */
    static BackupStore over(ObjectStore objects, StoreUri uri, Path staging, Clock clock) {
        String own =
                Sha256.of(uri.whereabouts().getBytes(StandardCharsets.UTF_8)).hex();
        DirectoryStore stage = new DirectoryStore(
                staging.resolve(uri.scheme() + "-" + own.substring(0, 16)), DirectoryPermissions.OWNER);
        return new ObjectBackupStore(objects, uri, stage, clock);
    }

    /** Of the kind's own folder; in a test, where there is none, of the class path. */
    private static ClassLoader loader(String scheme) {
        ClassLoader own = StoreKinds.class.getClassLoader();
        try {
            Path jar = Path.of(StoreKinds.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path folder = jar.resolveSibling(scheme);
            return Files.isDirectory(folder) && Files.isRegularFile(jar) ? new URLClassLoader(jars(folder), own) : own;
        } catch (URISyntaxException e) {
            throw new IllegalStateException("af does not know where it is installed", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URL[] jars(Path folder) throws IOException {
        List<URL> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path file : files) {
                jars.add(url(file));
            }
        }
        return jars.toArray(URL[]::new);
    }

    private static URL url(Path file) throws MalformedURLException {
        return file.toUri().toURL();
    }
}
