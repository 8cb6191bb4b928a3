package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.Unreachable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tries what a store promises, on a live one, with backups of its own: so old that none of them is ever the latest, and
 * deleted at the end. The contract test of every adapter runs it, too.
 */
public final class StoreCheck {
    private static final Instant LONG_AGO = Instant.parse("2000-01-01T00:00:00Z");
    private static final BackupPath LARGE = new BackupPath("schema.dump.gz");
    private static final BackupPath SMALL = new BackupPath("data/toc.dat");
    private static final BackupPath EMPTY = new BackupPath("critical.dump.gz");
    private static final int LARGE_BYTES = 20 * 1024 * 1024;

    private final BackupStore store;
    private final RandomGenerator random;
    private final int files;
    private final BackupId first;
    private final BackupId second;
    private final Map<BackupPath, Digested> sealed = new HashMap<>();
    private final List<Result> results = new ArrayList<>();

    /** @param files how many a backup of many files has; a list in pages has more than a thousand */
    public StoreCheck(BackupStore store, RandomGenerator random, int files) {
        this.store = store;
        this.random = random;
        this.files = files;
        this.first = store.newId(LONG_AGO, random);
        this.second = store.newId(LONG_AGO.plusSeconds(60), random);
    }

    /**
     * What has come of one promise.
     *
     * @param problem how it was broken; null if it was kept
     */
    public record Result(String promise, @Nullable String problem) {
        public boolean kept() {
            return problem == null;
        }
    }

    private interface Trial {
        void run() throws IOException;
    }

    /**
     * Tries all. If no backup can be made, the rest is not tried.
     *
     * @param told of each when it is known
     * @throws AfException if the store cannot be written to at all
     */
    public List<Result> run(Consumer<Result> told) {
        StoreLock working = store.building();
        try {
            promise("a backup is seen when it is whole, and not before", this::publishes, told);
            if (results.get(0).kept()) {
                promise("what is read is what was stored", this::reads, told);
                promise("what is not there is said to be missing", this::misses, told);
                promise("nothing is overwritten", this::overwritesNothing, told);
                promise("a file that changes before it is sent is not published", this::refusesOther, told);
                promise("evidence is added, and never overwritten", this::addsEvidence, told);
                promise("a list of " + files + " files is complete", this::listsMany, told);
                promise("what is deleted is gone, and nothing else", this::deletes, told);
            }
        } finally {
            List.of(first, second).forEach(this::remove);
            working.close();
        }
        return List.copyOf(results);
    }

    private void promise(String words, Trial trial, Consumer<Result> told) {
        Result result;
        try {
            trial.run();
            result = new Result(words, null);
        } catch (AfException e) {
            result = new Result(words, e.fact());
        } catch (IOException e) {
            result = new Result(words, Reason.of(e));
        }
        results.add(result);
        told.accept(result);
    }

    private static void require(boolean kept, String otherwise) throws IOException {
        if (!kept) {
            throw new IOException(otherwise);
        }
    }

    /** A store that does not answer has not refused. */
    private static void refused(Trial trial, String otherwise) throws IOException {
        try {
            trial.run();
        } catch (Unreachable e) {
            throw e;
        } catch (AfException | IOException e) {
            return;
        }
        throw new IOException(otherwise);
    }

    private void write(NewBackup backup, BackupPath path, byte[] content) throws IOException {
        Files.createDirectories(backup.folder().resolve("data"));
        Files.write(path.in(backup.folder()), content);
        sealed.put(path, new Digested(content.length, Sha256.of(content)));
    }

    private NewBackup begun(BackupId id, String manifest) throws IOException {
        sealed.clear();
        NewBackup backup = store.begin(id);
        Files.writeString(ObjectKey.MANIFEST.in(backup.folder()), manifest);
        return backup;
    }

    private static String manifest(BackupId id) {
        return "{\"id\" : \"" + id + "\", \"comment\" : \"a trial of af store check, to be deleted\"}\n";
    }

    private void publishes() throws IOException {
        try (NewBackup backup = begun(first, manifest(first))) {
            byte[] large = new byte[LARGE_BYTES];
            random.nextBytes(large);
            write(backup, LARGE, large);
            write(backup, SMALL, "the table of contents".getBytes(StandardCharsets.UTF_8));
            write(backup, EMPTY, new byte[0]);
            require(!store.ids().contains(first), "it is listed before it is published");
            backup.publish(Map.copyOf(sealed));
        }
        require(store.ids().contains(first), "it is not listed after it was published");
        Map<String, Long> lengths = new TreeMap<>();
        store.files(first).forEach(file -> lengths.put(file.path(), file.bytes()));
        for (Map.Entry<BackupPath, Digested> file : sealed.entrySet()) {
            Long bytes = lengths.get(file.getKey().text());
            require(
                    bytes != null && bytes == file.getValue().bytes(),
                    "'" + file.getKey() + "' is listed with " + bytes + " bytes instead of "
                            + file.getValue().bytes());
        }
    }

    private void reads() throws IOException {
        try (LocalBackup backup = store.read(first)) {
            backup.fetchAll();
            for (Map.Entry<BackupPath, Digested> file : sealed.entrySet()) {
                Digested read = FileDigest.of(file.getKey().in(backup.folder()));
                require(read.equals(file.getValue()), "'" + file.getKey() + "' has come back with other bytes");
            }
        }
        requireManifest();
    }

    private void requireManifest() throws IOException {
        try (InputStream in = store.open(ObjectKey.manifest(first))) {
            String read = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            require(read.equals(manifest(first)), "the manifest is another one");
        }
    }

    private void misses() throws IOException {
        refused(
                () -> store.open(new ObjectKey(first, new BackupPath("data/1.dat")))
                        .close(),
                "a file that was never stored could be opened");
        require(!store.ids().contains(second), "a backup that was never made is listed");
    }

    private void overwritesNothing() throws IOException {
        Map<BackupPath, Digested> kept = Map.copyOf(sealed);
        refused(
                () -> {
                    try (NewBackup backup = begun(first, "another manifest")) {
                        write(backup, SMALL, new byte[] {1});
                        backup.publish(Map.copyOf(sealed));
                    }
                },
                "a second backup was published under the same id");
        sealed.putAll(kept);
        requireManifest();
        try (InputStream in = store.open(new ObjectKey(first, SMALL))) {
            require(in.readAllBytes().length > 1, "a file was overwritten");
        }
    }

    private void refusesOther() throws IOException {
        refused(
                () -> {
                    try (NewBackup backup = begun(second, manifest(second))) {
                        write(backup, SMALL, new byte[1000]);
                        Files.write(SMALL.in(backup.folder()), new byte[999]);
                        backup.publish(Map.copyOf(sealed));
                    }
                },
                "a file of 999 bytes was taken for one of 1000");
        require(!store.ids().contains(second), "the backup is listed");
        require(store.withoutManifest().stream().noneMatch(second::equals), "half of the backup was left in the store");
    }

    private void addsEvidence() throws IOException {
        store.addEvidence(first, "trial.json", new byte[] {'1'});
        refused(() -> store.addEvidence(first, "trial.json", new byte[] {'2'}), "evidence was overwritten");
        require(store.evidence(first).equals(List.of("trial.json")), "the evidence is not listed");
    }

    private void listsMany() throws IOException {
        try (NewBackup backup = begun(second, manifest(second))) {
            for (int i = 0; i < files; i++) {
                write(backup, new BackupPath("data/" + i + ".dat"), new byte[] {(byte) i});
            }
            backup.publish(Map.copyOf(sealed));
        }
        int listed = store.files(second).size();
        require(listed == files + 1, "there are " + listed + " in the list, with the manifest");
    }

    private void deletes() throws IOException {
        store.delete(first);
        require(!store.ids().contains(first), "it is listed all the same");
        require(store.withoutManifest().stream().noneMatch(first::equals), "some of its files are left");
        try {
            store.delete(first);
            throw new IOException("what was deleted could be deleted again");
        } catch (NotFound e) {
            require(store.ids().contains(second), "another backup is gone, too");
        }
    }

    /** Nothing of it stays, however the check ended. */
    private void remove(BackupId id) {
        try {
            store.delete(id);
        } catch (AfException e) {
            // Deleted already, or never made; what cannot be deleted the promises have told.
            return;
        }
    }
}
