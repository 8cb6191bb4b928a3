package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of store must do. Each inherits it and runs it against the real thing. */
public abstract class BackupStoreContract {
    /** More than a page of any object store. */
    private static final int MANY = 1003;

    /** Each test has a corner of its own, so that all of them may share one server. */
    private final String corner = UUID.randomUUID().toString();

    private BackupStore store;

    /** A store to be tested, closed after each test. It may hold what other tests left. */
    protected abstract BackupStore openStore() throws Exception;

    /** Leaves in the store what an upload leaves whose process was killed in the middle. */
    protected abstract void leaveInterruptedUpload(ObjectKey key) throws Exception;

    /** More bytes than fit into one request, where requests have a limit. */
    protected int large() {
        return 3_000_000;
    }

    @BeforeEach
    void open() throws Exception {
        store = openStore();
    }

    @AfterEach
    void close() {
        store.list(corner).toList().forEach(object -> store.delete(object.key()));
        store.close();
    }

    private ObjectKey key(String name) {
        return new ObjectKey(corner + "/" + name);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static ObjectContent text(String text) {
        return ObjectContent.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] read(ObjectKey key) throws IOException {
        try (InputStream in = store.open(key, 0)) {
            return in.readAllBytes();
        }
    }

    private List<String> listed(String prefix) {
        try (Stream<StoredObject> objects = store.list(prefix)) {
            return objects.map(object -> object.key().text()).toList();
        }
    }

    /** Nothing is visible under the key, nothing lies about, and the key can be used. */
    private void assertNothingStored(ObjectKey key) throws IOException {
        assertThat(store.stat(key)).isEmpty();
        assertThat(listed(key.text())).isEmpty();
        assertThatThrownBy(() -> read(key)).isInstanceOf(ObjectMissing.class);
        assertThat(store.sweep(corner, Instant.MAX)).as("remains").isZero();
        store.put(key, text("the next try"));
        assertThat(read(key)).asString().isEqualTo("the next try");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000})
    void whatIsPutIsWhatIsRead(int length) throws IOException {
        byte[] content = bytes(length);

        StoredObject stored = store.put(key("data/3391.dat.gz"), ObjectContent.of(content));

        assertThat(stored.bytes()).isEqualTo(length);
        assertThat(read(key("data/3391.dat.gz"))).isEqualTo(content);
    }

    @Test
    void aLargeObjectIsWholeToo() throws IOException {
        byte[] content = bytes(large());
        ObjectContent described = ObjectContent.of(content);

        store.put(key("large"), described);

        ByteArrayOutputStream read = new ByteArrayOutputStream();
        new FetchObject(store).fetch(key("large"), described.digested(), read);
        assertThat(read.toByteArray()).isEqualTo(content);
        assertThat(store.stat(key("large")))
                .get()
                .extracting(StoredObject::bytes)
                .isEqualTo((long) large());
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        store.put(key("taken"), text("first"));

        assertThatThrownBy(() -> store.put(key("taken"), text("second"))).isInstanceOf(ObjectExists.class);
        assertThatThrownBy(() -> store.put(key("taken"), ObjectContent.of(bytes(large()))))
                .isInstanceOf(ObjectExists.class);

        assertThat(read(key("taken"))).asString().isEqualTo("first");
        assertThat(store.sweep(corner, Instant.MAX)).as("remains").isZero();
    }

    @Test
    void ofManyWhoPutTheSameKeyOneWins() throws Exception {
        int rivals = 8;
        ExecutorService threads = Executors.newFixedThreadPool(rivals);
        try {
            for (int race = 0; race < 5; race++) {
                ObjectKey prize = key("race-" + race);
                CountDownLatch start = new CountDownLatch(1);
                List<Future<String>> outcomes = new ArrayList<>();
                for (int rival = 0; rival < rivals; rival++) {
                    String name = "rival " + rival;
                    outcomes.add(threads.submit(rival(prize, name, start)));
                }
                start.countDown();
                List<String> winners = new ArrayList<>();
                for (Future<String> outcome : outcomes) {
                    if (!outcome.get().isEmpty()) {
                        winners.add(outcome.get());
                    }
                }
                assertThat(winners).hasSize(1);
                assertThat(read(prize)).asString().isEqualTo(winners.get(0));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Callable<String> rival(ObjectKey prize, String name, CountDownLatch start) {
        return () -> {
            start.await();
            try {
                store.put(prize, text(name));
                return name;
            } catch (ObjectExists e) {
                return "";
            }
        };
    }

    @Test
    void contentThatIsNotWhatItsDigestSaysIsRefused() throws IOException {
        for (int length : new int[] {1000, large()}) {
            byte[] content = bytes(length);
            Digested right = ObjectContent.of(content).digested();
            byte[] flipped = content.clone();
            flipped[length - 1] ^= 1;
            byte[] shorter = java.util.Arrays.copyOf(content, length - 1);
            byte[] longer = java.util.Arrays.copyOf(content, length + 1);

            for (byte[] wrong : List.of(flipped, shorter, longer)) {
                ObjectKey key = key("wrong-" + UUID.randomUUID());
                ObjectContent lie =
                        new ObjectContent(right, ObjectContent.of(wrong).source());

                assertThatThrownBy(() -> store.put(key, lie)).isInstanceOf(ObjectDamaged.class);
                assertNothingStored(key);
            }
        }
    }

    @Test
    void contentThatCannotBeReadToItsEndLeavesNothing() throws IOException {
        byte[] content = bytes(large());
        ObjectContent failing =
                new ObjectContent(ObjectContent.of(content).digested(), from -> breaking(content, from, large() - 10));

        assertThatThrownBy(() -> store.put(key("broken"), failing))
                .isInstanceOf(io.agentflow.dr.core.AfException.class);

        assertNothingStored(key("broken"));
    }

    private static InputStream breaking(byte[] content, long from, int at) {
        return new FilterInputStream(new ByteArrayInputStream(content, (int) from, content.length - (int) from)) {
            private int left = at - (int) from;

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (left <= 0) {
                    throw new IOException("the disk of the test has a bad block");
                }
                int count = super.read(buffer, offset, Math.min(left, length));
                left -= count;
                return count;
            }
        };
    }

    @Test
    void whatIsBeingPutIsInvisibleUntilItIsWhole() throws Exception {
        byte[] content = bytes(large());
        CountDownLatch halfWay = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ObjectContent slow =
                new ObjectContent(ObjectContent.of(content).digested(), from -> waiting(content, from, halfWay, goOn));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<StoredObject> put = thread.submit(() -> store.put(key("slow"), slow));
            halfWay.await();

            assertThat(store.stat(key("slow"))).isEmpty();
            assertThat(listed(corner)).isEmpty();
            assertThatThrownBy(() -> read(key("slow"))).isInstanceOf(ObjectMissing.class);

            goOn.countDown();
            assertThat(put.get().bytes()).isEqualTo(large());
            assertThat(listed(corner)).containsExactly(key("slow").text());
        } finally {
            thread.shutdownNow();
        }
    }

    private static InputStream waiting(byte[] content, long from, CountDownLatch halfWay, CountDownLatch goOn) {
        return new FilterInputStream(new ByteArrayInputStream(content, (int) from, content.length - (int) from)) {
            private long at = from;

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (at > content.length / 2) {
                    halfWay.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        throw new java.io.InterruptedIOException();
                    }
                }
                int count = super.read(buffer, offset, length);
                at += Math.max(0, count);
                return count;
            }
        };
    }

    @Test
    void whatAKilledUploadLeavesIsInvisibleAndIsSwept() throws Exception {
        leaveInterruptedUpload(key("backup/killed"));

        assertThat(listed(corner)).isEmpty();
        assertThat(store.sweep(corner, Instant.EPOCH)).as("not old enough").isZero();
        assertThat(store.sweep(corner + "/another", Instant.MAX))
                .as("of others")
                .isZero();
        assertThat(store.sweep(corner + "/backup/", Instant.MAX)).isEqualTo(1);
        assertNothingStored(key("backup/killed"));
    }

    @Test
    void aListIsCompleteBeyondOnePageAndOrdered() throws Exception {
        List<String> put = IntStream.range(0, MANY)
                .mapToObj(i -> key("many/" + String.format(java.util.Locale.ROOT, "%05d", i))
                        .text())
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (Future<StoredObject> one : threads.invokeAll(put.stream()
                    .<Callable<StoredObject>>map(name -> () -> store.put(new ObjectKey(name), text(name)))
                    .toList())) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(listed(corner + "/many/")).isEqualTo(put);
        assertThat(listed(corner + "/many/0000")).hasSize(10);
        try (Stream<StoredObject> objects = store.list(corner)) {
            assertThat(objects.findFirst())
                    .get()
                    .extracting(o -> o.key().text())
                    .isEqualTo(put.get(0));
        }
    }

    @Test
    void aListSaysSizesAndTimesAndTakesAPrefixAsText() {
        Instant before = Instant.now().minus(Duration.ofMinutes(5));
        store.put(key("a/one"), text("1"));
        store.put(key("a.b"), text("22"));
        store.put(key("ab/two"), text("333"));

        try (Stream<StoredObject> objects = store.list(corner + "/a")) {
            List<StoredObject> all = objects.toList();
            assertThat(all).extracting(StoredObject::bytes).containsExactly(2L, 1L, 3L);
            assertThat(all)
                    .allSatisfy(o -> assertThat(o.modifiedAt())
                            .isBetween(before, Instant.now().plus(Duration.ofMinutes(5))));
        }
        assertThat(listed(corner + "/a/")).containsExactly(key("a/one").text());
        assertThat(listed(corner + "/nothing")).isEmpty();
    }

    @Test
    void foldersAreTheFirstNamesEachOnce() {
        assertThat(store.folders()).doesNotContain(corner);

        store.put(key("one"), text("1"));
        store.put(key("deep/two"), text("2"));

        try (Stream<String> folders = store.folders()) {
            assertThat(folders.filter(corner::equals)).hasSize(1);
        }
    }

    @Test
    void readingBeginsWhereItIsAskedTo() throws IOException {
        byte[] content = bytes(50_000);
        store.put(key("range"), ObjectContent.of(content));

        for (int from : new int[] {1, 49_999}) {
            try (InputStream in = store.open(key("range"), from)) {
                assertThat(in.readAllBytes()).isEqualTo(java.util.Arrays.copyOfRange(content, from, content.length));
            }
        }
    }

    @Test
    void manyStreamsAreOpenAtOnce() throws IOException {
        store.put(key("shared"), ObjectContent.of(bytes(200_000)));
        List<InputStream> streams = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                streams.add(store.open(key("shared"), 0));
            }
            for (InputStream stream : streams) {
                assertThat(Sha256.of(stream.readAllBytes())).isEqualTo(Sha256.of(bytes(200_000)));
            }
        } finally {
            for (InputStream stream : streams) {
                stream.close();
            }
        }
    }

    @Test
    void whatIsMissingIsSaidToBe() {
        assertThat(store.stat(key("missing"))).isEmpty();
        assertThatThrownBy(() -> store.open(key("missing"), 0)).isInstanceOf(ObjectMissing.class);
    }

    @Test
    void deletingIsForGoodAndSucceedsAgain() throws IOException {
        store.put(key("doomed/object"), text("1"));
        store.put(key("doomed/other"), text("2"));

        store.delete(key("doomed/object"));
        store.delete(key("doomed/object"));
        store.delete(key("never-there"));

        assertThat(listed(corner)).containsExactly(key("doomed/other").text());
        store.put(key("doomed/object"), text("again"));
        assertThat(read(key("doomed/object"))).asString().isEqualTo("again");
    }
}
