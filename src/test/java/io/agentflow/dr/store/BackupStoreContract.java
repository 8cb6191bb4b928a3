package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.UtcStamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link BackupStore} must do. Each adapter inherits it, over a place of its own for every test. */
abstract class BackupStoreContract {
    static final BackupId ID = new BackupId("20261123T025149Z-k3f9");
    static final BackupId LATER = new BackupId("20261123T025150Z-aaaa");
    static final BackupId NEVER = new BackupId("20261123T025151Z-bbbb");

    private static final BackupPath TOC = new BackupPath("data/toc.dat");
    private static final BackupPath SCHEMA = new BackupPath("schema.dump.gz");

    @TempDir
    Path scratch;

    /** The store as another process would open it: the same place, nothing remembered. */
    abstract BackupStore store();

    /** What lies in the place, visible or not, and belongs to no published backup. Locks do not count. */
    abstract List<String> leftovers() throws IOException;

    /** Puts backups there that consist of their manifests alone, past the port: a thousand forced ones take long. */
    abstract void put(List<BackupId> ids) throws IOException;

    /** A backup whose files are written, and what was sealed of them. */
    record Built(NewBackup partial, Map<BackupPath, Digested> sealed) implements AutoCloseable {
        Path file(BackupPath path) {
            return path.in(partial.folder());
        }

        Path publish() {
            return partial.publish(sealed);
        }

        @Override
        public void close() {
            partial.close();
        }
    }

    Built built(BackupId id) throws IOException {
        Built built = new Built(store().begin(id), new TreeMap<>());
        Files.createDirectory(built.partial().folder().resolve("data"));
        write(built, SCHEMA, "the schema of " + id);
        write(built, TOC, "the table of contents of " + id);
        Files.writeString(ObjectKey.MANIFEST.in(built.partial().folder()), "the manifest of " + id);
        return built;
    }

    static void write(Built built, BackupPath path, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        Files.write(built.file(path), content);
        built.sealed().put(path, new Digested(content.length, Sha256.of(content)));
    }

    void publish(BackupId id) throws IOException {
        try (Built built = built(id)) {
            built.publish();
        }
    }

    private String read(BackupId id, BackupPath path) throws IOException {
        try (InputStream in = store().open(new ObjectKey(id, path))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aPlaceThatIsNotThereHasNoBackupsAndIsMadeByTheFirst() throws IOException {
        assertThat(store().present()).isFalse();
        assertThat(store().ids()).isEmpty();
        assertThat(store().withoutManifest()).isEmpty();

        publish(ID);

        assertThat(store().present()).isTrue();
        assertThat(store().ids()).containsExactly(ID);
    }

    @Test
    void whatIsBeingMadeIsNoBackupAndLeavesNothingWhenGivenUp() throws IOException {
        try (Built built = built(ID)) {
            assertThat(built.file(TOC)).exists();
            assertThat(store().ids()).isEmpty();
            assertThat(store().withoutManifest()).isEmpty();
            assertThatThrownBy(() -> read(ID, SCHEMA)).isInstanceOf(IOException.class);
        }

        assertThat(store().ids()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatIsPublishedIsThereWholeAndNewestFirst() throws IOException {
        publish(LATER);
        try (Built built = built(ID)) {
            Path readable = built.publish();
            assertThat(TOC.in(readable)).hasContent("the table of contents of " + ID);
        }

        assertThat(store().ids()).containsExactly(LATER, ID);
        assertThat(store().files(ID))
                .extracting(StoredFile::path)
                .containsExactlyInAnyOrder("manifest.json", "schema.dump.gz", "data/toc.dat");
        assertThat(store().files(ID)).allMatch(StoredFile::plain).anySatisfy(file -> {
            assertThat(file.path()).isEqualTo("schema.dump.gz");
            assertThat(file.bytes()).isEqualTo(("the schema of " + ID).length());
        });
        assertThat(read(ID, SCHEMA)).isEqualTo("the schema of " + ID);
        assertThat(read(ID, ObjectKey.MANIFEST)).isEqualTo("the manifest of " + ID);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aFileThatIsFinishedMayGoAheadAndIsStillWhatWasSealed() throws IOException {
        try (Built built = built(ID)) {
            built.partial().finished(SCHEMA, required(built, SCHEMA));
            built.partial().finished(TOC, required(built, TOC));
            assertThat(store().ids()).isEmpty();
            write(built, SCHEMA, "the schema, mended after it was finished");
            built.publish();
        }

        assertThat(store().ids()).containsExactly(ID);
        assertThat(read(ID, SCHEMA)).isEqualTo("the schema, mended after it was finished");
        assertThat(read(ID, TOC)).isEqualTo("the table of contents of " + ID);
    }

    @Test
    void whatWentAheadIsNotLeftWhenTheBackupIsGivenUp() throws IOException {
        try (Built built = built(ID)) {
            built.partial().finished(SCHEMA, required(built, SCHEMA));
        }

        assertThat(store().ids()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    static Digested required(Built built, BackupPath path) {
        return java.util.Objects.requireNonNull(built.sealed().get(path));
    }

    @Test
    void aPublishedBackupIsReadWhereProgramsCanReadIt() throws IOException {
        publish(ID);

        try (LocalBackup local = store().read(ID)) {
            local.fetch(TOC.text()::equals);
            assertThat(TOC.in(local.folder())).hasContent("the table of contents of " + ID);
            local.fetchAll();
            assertThat(SCHEMA.in(local.folder())).hasContent("the schema of " + ID);
        }

        assertThat(store().ids()).containsExactly(ID);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatACopyHasBroughtStaysForTheNextTryAndIsNoBackupBeforeItsManifest() throws IOException {
        Path source = Files.createDirectory(scratch.resolve("source"));
        Digested schema = file(source, "schema", "the schema");
        Digested toc = file(source, "toc", "the contents");
        Digested manifest = file(source, "manifest", "the manifest");
        try (IncomingBackup cutShort = store().receive(ID)) {
            assertThat(cutShort.has(SCHEMA, schema)).isFalse();
            cutShort.put(SCHEMA, source.resolve("schema"), schema);
            cutShort.put(TOC, source.resolve("schema"), schema);
            assertThatThrownBy(() -> store().receive(ID)).isInstanceOf(Busy.class);
            assertThatThrownBy(() -> cutShort.put(new BackupPath("globals.sql.gz"), source.resolve("toc"), schema))
                    .isInstanceOf(ObjectDamaged.class);
        }
        store().building().close();
        assertThat(store().ids()).isEmpty();

        try (IncomingBackup next = store().receive(ID)) {
            assertThat(next.has(SCHEMA, schema)).as("it arrived whole").isTrue();
            assertThat(next.has(TOC, toc)).as("that is another content").isFalse();
            assertThat(next.has(new BackupPath("globals.sql.gz"), schema)).isFalse();
            next.put(TOC, source.resolve("toc"), toc);
            next.publish(source.resolve("manifest"), manifest);
        }

        assertThat(store().ids()).containsExactly(ID);
        assertThat(store().files(ID))
                .extracting(StoredFile::path)
                .containsExactlyInAnyOrder("manifest.json", "schema.dump.gz", "data/toc.dat");
        assertThat(read(ID, TOC)).isEqualTo("the contents");
        assertThat(leftovers()).isEmpty();
        try (IncomingBackup late = store().receive(ID)) {
            assertThatThrownBy(() -> late.publish(source.resolve("toc"), toc))
                    .isInstanceOf(AfException.class)
                    .hasMessageContaining("exists");
        }
        assertThat(read(ID, ObjectKey.MANIFEST)).isEqualTo("the manifest");
    }

    private static Digested file(Path folder, String name, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve(name), content);
        return new Digested(content.length, Sha256.of(content));
    }

    @Test
    void eachBackupIsLookedAtWithItsManifestAndItsEvidence() throws IOException {
        publish(ID);
        publish(LATER);
        store().addEvidence(ID, "20261123T025149Z-verified-aaaa.json", new byte[] {'{', '}'});

        List<String> seen = store().each((id, evidence, manifest) -> {
            try (InputStream in = manifest.open()) {
                return id + " " + evidence + " " + new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });

        assertThat(seen)
                .containsExactly(
                        LATER + " [] the manifest of " + LATER,
                        ID + " [20261123T025149Z-verified-aaaa.json] the manifest of " + ID);
    }

    @Test
    void aFileThatIsNotWhatWasSealedIsNotPublished() throws IOException {
        try (Built shorter = built(ID)) {
            Files.writeString(shorter.file(SCHEMA), "the schema");
            assertThatThrownBy(shorter::publish).isInstanceOf(AfException.class).hasMessageContaining(SCHEMA.text());
        }
        try (Built missing = built(ID)) {
            Files.delete(missing.file(TOC));
            assertThatThrownBy(missing::publish).isInstanceOf(AfException.class).hasMessageContaining(TOC.text());
        }

        assertThat(store().ids()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        publish(ID);

        assertThatThrownBy(() -> {
                    try (Built second = built(ID)) {
                        Files.writeString(ObjectKey.MANIFEST.in(second.partial().folder()), "another manifest");
                        second.publish();
                    }
                })
                .isInstanceOf(AfException.class)
                .hasMessageContaining("exists already");

        assertThat(read(ID, ObjectKey.MANIFEST)).isEqualTo("the manifest of " + ID);
        assertThat(store().ids()).containsExactly(ID);
    }

    @Test
    void ofTwoWhoMakeTheSameBackupAtOnceOneSucceeds() throws Exception {
        List<RuntimeException> failures = atOnce(4, () -> {
            publish(ID);
            return ID;
        });

        assertThat(failures).hasSize(3).allMatch(AfException.class::isInstance);
        assertThat(store().ids()).containsExactly(ID);
        assertThat(read(ID, SCHEMA)).isEqualTo("the schema of " + ID);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aListIsCompleteBeyondAThousand() throws IOException {
        List<BackupId> many = IntStream.range(0, 1_100)
                .mapToObj(i -> new BackupId(
                        UtcStamp.of(Instant.parse("2026-11-23T02:51:49Z").plusSeconds(i)) + "-k3f9"))
                .toList();
        List<BackupId> shuffled = new ArrayList<>(many);
        Collections.shuffle(shuffled, new Random(1));
        put(shuffled);

        assertThat(store().ids())
                .isEqualTo(many.stream().sorted(Comparator.reverseOrder()).toList());
    }

    @Test
    void aBackupOfMoreThanAThousandFilesIsReadAndDeletedWhole() throws IOException {
        try (Built large = built(ID)) {
            for (int i = 0; i < 1_100; i++) {
                write(large, new BackupPath("data/" + i + ".dat"), "rows");
            }
            large.publish();
        }

        assertThat(store().files(ID)).hasSize(1_103);
        store().delete(ID);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatIsDeletedIsGoneAndAllElseIsLeftAlone() throws IOException {
        publish(ID);
        publish(LATER);
        store().addEvidence(ID, "proof.json", "{}".getBytes(StandardCharsets.UTF_8));

        store().delete(ID);

        assertThat(store().ids()).containsExactly(LATER);
        assertThat(store().withoutManifest()).isEmpty();
        assertThat(leftovers()).isEmpty();
        assertThat(read(LATER, SCHEMA)).isEqualTo("the schema of " + LATER);
        assertThatThrownBy(() -> store().delete(ID)).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store().delete(NEVER)).isInstanceOf(NotFound.class);
    }

    @Test
    void aLastLookBeforeItIsDeletedKeepsItByWhatItThrowsAndNobodyElseDeletesItMeanwhile() throws IOException {
        publish(ID);

        assertThatThrownBy(() -> store().delete(ID, () -> {
                    assertThatThrownBy(() -> store().delete(ID)).isInstanceOf(Busy.class);
                    throw new IllegalStateException("it is pinned");
                }))
                .hasMessage("it is pinned");

        assertThat(store().ids()).containsExactly(ID);
        assertThat(read(ID, SCHEMA)).isEqualTo("the schema of " + ID);
        store().delete(ID, () -> {});
        assertThat(store().ids()).isEmpty();
    }

    @Test
    void whoeverDeletesAtTheSameTimeIsToldThatItIsBusyOrGone() throws Exception {
        publish(ID);

        List<RuntimeException> failures = atOnce(4, () -> {
            store().delete(ID);
            return ID;
        });

        assertThat(failures).hasSize(3).allMatch(e -> e instanceof NotFound || e instanceof Busy);
        assertThat(store().ids()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void row09_aBackupThatIsReadIsNotDeletedAndAnotherOneIs() throws IOException {
        publish(ID);
        publish(LATER);
        try (LocalBackup reader = store().read(ID);
                LocalBackup other = store().read(ID)) {
            assertThat(reader).isNotSameAs(other);
            assertThatThrownBy(() -> store().delete(ID)).isInstanceOf(Busy.class);
            store().delete(LATER);
            reader.fetchAll();
            assertThat(SCHEMA.in(reader.folder())).hasContent("the schema of " + ID);
        }

        store().delete(ID);
        assertThat(store().ids()).isEmpty();
    }

    @Test
    void evidenceIsAddedAndNeverOverwritten() throws IOException {
        publish(ID);
        store().addEvidence(ID, "one.json", "1".getBytes(StandardCharsets.UTF_8));
        store().addEvidence(ID, "two.json", "2".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> store().addEvidence(ID, "one.json", "3".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);

        assertThat(store().evidence(ID)).containsExactlyInAnyOrder("one.json", "two.json");
        assertThat(read(ID, new BackupPath("evidence/one.json"))).isEqualTo("1");
    }

    @Test
    void evidenceOfABackupThatIsNotThereMakesNone() throws IOException {
        publish(LATER);

        assertThatThrownBy(() -> store().addEvidence(ID, "one.json", new byte[] {'1'}))
                .isInstanceOf(IOException.class);

        assertThat(store().evidence(ID)).isEmpty();
        assertThat(store().ids()).containsExactly(LATER);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatADeadOwnerLeftIsSweptAndWhatALivingOneMakesIsNot() throws IOException {
        publish(LATER);
        Built dead = built(ID);
        assertThat(dead.file(TOC)).exists();

        try (StoreLock first = store().building();
                Built living = built(NEVER)) {
            assertThat(dead.file(TOC)).doesNotExist();
            try (StoreLock second = store().building()) {
                assertThat(first).isNotSameAs(second);
                assertThat(living.file(TOC)).exists();
            }
            living.publish();
        }

        assertThat(store().ids()).containsExactly(NEVER, LATER);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void twoBackupsOfOneSecondAreNamedInTheirOrder() {
        Instant now = Instant.parse("2026-11-23T10:00:00.100Z");
        BackupId first = store().newId(now, new Random(1));
        try (NewBackup begun = store().begin(first)) {
            BackupId second = store().newId(now.plusMillis(700), new Random(2));

            assertThat(begun.folder()).exists();
            assertThat(second).isGreaterThan(first);
        }
    }

    /** What {@code af store check} tries on a live store is all kept here, and leaves nothing. */
    @Test
    void theCheckOfALiveStoreFindsThatAllIsKeptAndTouchesNoBackup() throws IOException {
        publish(ID);

        assertThat(new StoreCheck(store(), new Random(1), 20).run(told -> {}))
                .hasSize(8)
                .allMatch(StoreCheck.Result::kept);

        assertThat(store().ids()).containsExactly(ID);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatIsMissingIsSaidToBe() throws IOException {
        publish(ID);

        assertThatThrownBy(() -> read(ID, new BackupPath("data/1.dat"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read(LATER, ObjectKey.MANIFEST)).isInstanceOf(IOException.class);
        assertThat(store().evidence(LATER)).isEmpty();
    }

    /** @return how those failed that did not succeed */
    private static List<RuntimeException> atOnce(int threads, Callable<BackupId> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<RuntimeException> failures = new ArrayList<>();
            Callable<List<RuntimeException>> one = () -> {
                start.await();
                try {
                    work.call();
                    return List.of();
                } catch (RuntimeException e) {
                    return List.of(e);
                }
            };
            for (Future<List<RuntimeException>> done : pool.invokeAll(Collections.nCopies(threads, one))) {
                failures.addAll(done.get());
            }
            return failures;
        } finally {
            pool.shutdownNow();
        }
    }
}
