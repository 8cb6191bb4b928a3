package io.agentflow.dr.route;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.route.StoreRoutes.Act;
import io.agentflow.dr.route.StoreRoutes.Answer;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectDamaged;
import io.agentflow.dr.store.ObjectExists;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.ObjectMissing;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.store.StoreUri;
import io.agentflow.dr.store.StoredFile;
import io.agentflow.dr.store.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects wherever five routes put them ({@code docs/stores/route.md}). The routes move bytes; what a store promises is
 * kept here: nothing is given a name that is taken, what was put is read back and compared, what is read ends where the
 * object ends, and what is left of an upload that failed is removed.
 */
public final class RouteStore implements ObjectStore {
    private static final Logger LOG = LoggerFactory.getLogger(RouteStore.class);

    /** The name under which a route may write until it has all: behind the name of the object. */
    static final String PART = ".part";

    /** With what stands behind it, file systems take no longer names. */
    private static final int LONGEST = 240;

    private static final String EMPTY = ObjectContent.of(new byte[0]).sha256().hex();
    private static final int TRIES = 3;
    private static final long PAUSE_MILLIS = 250;

    private final StoreUri uri;
    private final StoreRoutes routes;

    /**
     * @param routes with the five of this store; started when it is first spoken to
     * @param masked takes secrets out of what a component says
     */
    public RouteStore(StoreUri uri, Supplier<Routes> routes, UnaryOperator<String> masked) {
        uri.requireOnly(Set.of());
        this.uri = uri;
        this.routes = new StoreRoutes(uri.place(), routes, masked);
    }

    /** The ids of the routes that a store needs. */
    public static List<String> routesOf(StoreUri uri) {
        return StoreRoutes.of(uri.place());
    }

    @Override
    public String name() {
        return uri.toString();
    }

    @Override
    public StoredObject put(ObjectKey key, ObjectContent content) {
        if (size(key.text()).isPresent()) {
            throw new ObjectExists(this, key);
        }
        for (int tries = 1; ; tries++) {
            try {
                send(key, content);
                confirm(key, content);
                return stored(key, content.bytes());
            } catch (StoreUnreachable e) {
                if (arrived(key, content, e)) {
                    return stored(key, content.bytes());
                }
                if (tries == TRIES || !e.retryable()) {
                    throw e;
                }
                pause(tries);
            }
        }
    }

    private void send(ObjectKey key, ObjectContent content) {
        try (InputStream bytes = new ExpectedStream(key, content)) {
            Map<String, Object> said = Map.of(
                    "key", key.text(),
                    "bytes", content.bytes(),
                    "sha256", content.sha256().hex());
            routes.call(this, Act.PUT, said, bytes).ifPresentOrElse(Answer::close, () -> {
                throw StoreUnreachable.passing(this, "there is no place for '" + key + "'", null);
            });
        } catch (IOException e) {
            throw ExpectedStream.unreadable(key, e);
        } catch (OperationFailed | ObjectDamaged e) {
            // The last bytes were not handed over: what there is has not got its name.
            removeAfter(key.text() + PART, e);
            throw e;
        }
    }

    /** A route may say that all is well and have stored nothing, or something else. */
    private void confirm(ObjectKey key, ObjectContent content) {
        Digested there = there(key)
                .orElseThrow(() -> StoreUnreachable.passing(this, "'" + key + "' was stored and is not there", null));
        if (!there.equals(content.digested())) {
            ObjectDamaged other = new ObjectDamaged(
                    "'" + key + "' was stored, and the store now holds something else: " + there.bytes()
                            + " bytes with SHA-256 "
                            + there.sha256().abbreviated() + " instead of " + content.bytes() + " with "
                            + content.sha256().abbreviated(),
                    "Check " + Act.PUT.route(uri.place()) + " with: af store check " + name());
            removeAfter(key.text(), other);
            throw other;
        }
    }

    private StoreUnreachable lost(String name) {
        return StoreUnreachable.lasting(
                this,
                "was given '" + name + "', and it is not there",
                "Check " + Act.PUT.route(uri.place()) + " with: af store check " + name(),
                null);
    }

    private Optional<Digested> there(ObjectKey key) {
        try (InputStream object = open(key, 0);
                DigestingStream digesting = new DigestingStream(object)) {
            digesting.transferTo(OutputStream.nullOutputStream());
            return Optional.of(digesting.result());
        } catch (ObjectMissing e) {
            return Optional.empty();
        } catch (IOException e) {
            throw StoreUnreachable.passing(this, "'" + key + "': " + Reason.of(e), e);
        }
    }

    /**
     * Whether it is there all the same, when an answer got lost. Something else under its name is somebody else's: an
     * upload of ours would have got its name only when it was whole.
     */
    private boolean arrived(ObjectKey key, ObjectContent content, StoreUnreachable failure) {
        Optional<Digested> there;
        try {
            there = there(key);
        } catch (AfException e) {
            // Who cannot even be asked has said enough by the first failure, and will not remove anything either.
            failure.addSuppressed(e);
            return false;
        }
        if (there.isPresent() && !there.get().equals(content.digested())) {
            throw new ObjectExists(this, key);
        }
        if (there.isEmpty()) {
            removeAfter(key.text() + PART, failure);
        }
        return there.isPresent();
    }

    private void removeAfter(String left, AfException failure) {
        try {
            remove(left);
        } catch (AfException e) {
            failure.addSuppressed(e);
        }
    }

    /** Whatever is no upload is asked for again: a connection that was idle for long is often dead. */
    private Optional<Answer> ask(Act act, Map<String, Object> said) {
        for (int tries = 1; ; tries++) {
            try {
                return routes.call(this, act, said, null);
            } catch (StoreUnreachable e) {
                if (tries == TRIES || !e.retryable()) {
                    throw e;
                }
                pause(tries);
            }
        }
    }

    private void pause(int tries) {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS << tries);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("interrupted while the store was at work", "Run the command again.", e);
        }
    }

    /** Routes give the whole object: what comes before the offset is read and passed over. */
    @Override
    public InputStream open(ObjectKey key, long from) {
        Answer answer = ask(Act.OPEN, Map.of("key", key.text())).orElseThrow(() -> new ObjectMissing(this, key, null));
        InputStream object = answer.stream();
        if (object == null) {
            answer.close();
            if (size(key.text()).isPresent()) {
                throw StoreUnreachable.passing(this, "'" + key + "' is there and was not opened", null);
            }
            throw new ObjectMissing(this, key, null);
        }
        InputStream stream = new RouteStream(object, answer, 0, () -> size(key.text()));
        try {
            for (long left = from; left > 0; ) {
                long skipped = stream.readNBytes((int) Math.min(left, 64 * 1024)).length;
                left = skipped == 0 ? 0 : left - skipped;
            }
            return stream;
        } catch (IOException | RuntimeException e) {
            closeAfter(stream, e);
            throw e instanceof RuntimeException known
                    ? known
                    : StoreUnreachable.passing(this, "'" + key + "': " + e.getMessage(), e);
        }
    }

    private static void closeAfter(InputStream stream, Exception failure) {
        try {
            stream.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public Stream<StoredFile> list(BackupId backup, String after) {
        return below(backup + "/", "", after)
                .filter(file -> file.path().compareTo(after) > 0 && !file.path().endsWith(PART))
                .sorted(Comparator.comparing(StoredFile::path));
    }

    /** What lies in a folder and in those in it, but for folders all of which comes before. */
    private Stream<StoredFile> below(String root, String folder, String after) {
        return entries(root + folder).stream().flatMap(entry -> {
            String path = folder + entry.name();
            if (!entry.folder()) {
                return Stream.of(new StoredFile(path, entry.bytes(), true));
            }
            String inner = path + "/";
            return inner.compareTo(after) < 0 && !after.startsWith(inner) ? Stream.empty() : below(root, inner, after);
        });
    }

    private List<StoreListing> entries(String folder) {
        Map<String, Object> said = Map.of("folder", folder, "key", folder);
        try (Answer answer = ask(Act.LIST, said).orElse(null)) {
            InputStream listing = answer == null ? null : answer.stream();
            return listing == null ? List.of() : StoreListing.read(listing);
        } catch (IOException e) {
            throw StoreUnreachable.passing(this, Act.LIST.route(uri.place()) + ": " + e.getMessage(), e);
        }
    }

    /** A folder that is empty is no object: servers of files keep it when all in it is deleted. */
    @Override
    public Stream<String> names() {
        List<StoreListing> top = entries("");
        Set<String> headed = top.stream()
                .map(StoreListing::name)
                .filter(name -> name.contains(".head."))
                .map(name -> name.substring(0, name.indexOf('.')))
                .collect(Collectors.toSet());
        return top.stream()
                .filter(entry -> !entry.name().endsWith(PART))
                .filter(entry -> !entry.folder()
                        || headed.contains(entry.name())
                        || below(entry.name() + "/", "", "").findAny().isPresent())
                .map(entry -> entry.folder() ? entry.name() + "/" : entry.name());
    }

    @Override
    public void mark(String name) {
        if (name.length() > LONGEST) {
            throw StoreUnreachable.lasting(this, "takes no name of " + name.length() + " characters", "", null);
        }
        if (size(name).isEmpty()) {
            Map<String, Object> said = Map.of("key", name, "bytes", 0L, "sha256", EMPTY);
            routes.call(this, Act.PUT, said, new ByteArrayInputStream(new byte[0]))
                    .ifPresent(Answer::close);
            if (size(name).isEmpty()) {
                throw lost(name);
            }
        }
    }

    @Override
    public void unmark(String name) {
        remove(name);
    }

    @Override
    public Optional<StoredObject> stat(ObjectKey key) {
        OptionalLong bytes = size(key.text());
        return bytes.isPresent() ? Optional.of(stored(key, bytes.getAsLong())) : Optional.empty();
    }

    /** No route tells when something was stored. */
    private static StoredObject stored(ObjectKey key, long bytes) {
        return new StoredObject(key, bytes, Instant.EPOCH, null);
    }

    private OptionalLong size(String name) {
        try (Answer answer = ask(Act.STAT, Map.of("key", name)).orElse(null)) {
            String said = answer == null ? "" : answer.text();
            return said.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(said));
        } catch (NumberFormatException e) {
            throw StoreUnreachable.lasting(
                    this,
                    "cannot be used: " + Act.STAT.route(uri.place()) + " does not answer with a number of bytes",
                    "Mend the route; see docs/stores/route.md.",
                    e);
        }
    }

    @Override
    public void delete(ObjectKey key) {
        remove(key.text());
    }

    private void remove(String name) {
        ask(Act.DELETE, Map.of("key", name)).ifPresent(Answer::close);
    }

    @Override
    public void deleteAll(BackupId backup) {
        String root = backup + "/";
        List<String> files = below(root, "", "").map(StoredFile::path).toList();
        files.forEach(file -> remove(root + file));
        files.stream()
                .filter(file -> file.contains("/"))
                .map(file -> root + file.substring(0, file.lastIndexOf('/') + 1))
                .distinct()
                .sorted(Comparator.reverseOrder())
                .forEach(this::removeFolder);
        removeFolder(root);
    }

    /** An empty one, where there are folders: it is in nobody's way. */
    private void removeFolder(String name) {
        try {
            routes.call(this, Act.DELETE, Map.of("key", name), null).ifPresent(Answer::close);
        } catch (AfException e) {
            LOG.debug("the folder {} was left", name, e);
        }
    }

    @Override
    public void abortUploads(BackupId backup) {
        below(backup + "/", "", "")
                .filter(file -> file.path().endsWith(PART))
                .toList()
                .forEach(file -> remove(backup + "/" + file.path()));
    }

    /** What lies there for long belongs to a backup without a manifest, and goes with it: routes tell no times. */
    @Override
    public void abortUploads(Instant before) {}

    @Override
    public void close() {}
}
