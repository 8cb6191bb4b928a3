package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.gcs.GcsKind;
import io.agentflow.dr.testing.GcsServer;
import io.agentflow.dr.testing.HttpFaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract by Google's own client against a strict server of its JSON API, and what an object store alone must do. */
class GcsStoreIT extends ObjectStoreContract {
    private final GcsServer server = GcsServer.shared();
    private final String uri = server.uri(prefix, "chunk-size-mib=1");
    private final ObjectStore objects = open(uri);
    private final HttpFaults network = HttpFaults.before(server.port());

    @AfterEach
    void close() {
        network.close();
        objects.close();
    }

    private static ObjectStore open(String uri) {
        return new GcsKind().open(StoreUri.parse(uri), Clock.systemUTC());
    }

    private ObjectStore throughNetwork(String... options) {
        return open(GcsServer.uri(network.port(), prefix, options));
    }

    @Override
    Place place() {
        return new Place(uri, objects, server.port());
    }

    @Override
    ObjectStore at(int port) {
        return open(GcsServer.uri(port, prefix));
    }

    @Override
    List<String> held() {
        return server.names(prefix);
    }

    @Override
    void put(List<BackupId> ids) {
        ids.forEach(id -> server.put(prefix + "/" + id + "/manifest.json", new byte[0]));
    }

    private Digested stored() throws IOException {
        return read(objects);
    }

    private static Digested read(ObjectStore from) throws IOException {
        try (InputStream in = new ResumingStream(from, KEY, Duration.ofMillis(10))) {
            byte[] read = in.readAllBytes();
            return new Digested(read.length, Sha256.of(read));
        }
    }

    @Test
    void aLargeFileGoesInChunksAndIsNotOverwritten() throws IOException {
        ObjectContent content = ObjectContent.of(bytes(LARGE));

        StoredObject put = objects.put(KEY, content);

        assertThat(put.bytes()).isEqualTo(LARGE);
        assertThat(put.sha256()).isEqualTo(content.sha256());
        assertThat(stored()).isEqualTo(content.digested());
        assertThat(server.unfinished(prefix)).isEmpty();
        for (int length : new int[] {5, LARGE}) {
            assertThatThrownBy(() -> objects.put(KEY, ObjectContent.of(new byte[length])))
                    .isInstanceOf(ObjectExists.class);
        }
        assertThat(stored()).isEqualTo(content.digested());
        try (InputStream end = objects.open(KEY, LARGE - 3L);
                InputStream behind = objects.open(KEY, LARGE)) {
            assertThat(end.readAllBytes()).hasSize(3);
            assertThat(behind.read()).isNegative();
        }
    }

    @Test
    void everyLengthAroundAChunkArrivesWhole() throws IOException {
        int chunk = 1024 * 1024;
        for (int length : new int[] {0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1}) {
            ObjectContent content = ObjectContent.of(bytes(length));

            objects.put(KEY, content);

            assertThat(stored()).isEqualTo(content.digested());
            objects.delete(KEY);
        }
    }

    @Test
    void ofManyWhoPutAtOnceOneSucceeds() throws Exception {
        CyclicBarrier start = new CyclicBarrier(4);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            for (int length : new int[] {1000, 2 * 1024 * 1024}) {
                List<Future<Object>> all = pool.invokeAll(IntStream.range(0, 4)
                        .<java.util.concurrent.Callable<Object>>mapToObj(n -> () -> {
                            byte[] own = bytes(length);
                            own[0] = (byte) n;
                            start.await();
                            try {
                                return objects.put(KEY, ObjectContent.of(own));
                            } catch (ObjectExists e) {
                                return e;
                            }
                        })
                        .toList());
                List<Object> results = new ArrayList<>();
                for (Future<Object> one : all) {
                    results.add(one.get());
                }
                assertThat(results).filteredOn(StoredObject.class::isInstance).hasSize(1);
                assertThat(results).filteredOn(ObjectExists.class::isInstance).hasSize(3);
                objects.delete(KEY);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aListIsAskedForByPagesAndBeginsWhereItIsTold() {
        IntStream.range(0, 2345)
                .forEach(n -> server.put("%s/%s/data/%05d.dat".formatted(prefix, ID, n), new byte[n % 7]));
        server.put(prefix + "/" + LATER + "/data/00000.dat", new byte[1]);
        // What Google's console makes of "create folder".
        server.put(prefix + "/", new byte[0]);
        try (ObjectStore far = throughNetwork();
                Stream<StoredFile> all = far.list(ID);
                Stream<StoredFile> rest = far.list(ID, "data/02342.dat");
                Stream<String> names = far.names()) {
            assertThat(all.map(StoredFile::bytes).mapToLong(Long::longValue).sum())
                    .isEqualTo(IntStream.range(0, 2345).map(n -> n % 7).sum());
            // Three for all, and the first of the rest.
            assertThat(network.requests("^GET .*startOffset")).hasSize(4);
            assertThat(rest.map(StoredFile::path)).containsExactly("data/02343.dat", "data/02344.dat");
            assertThat(names).containsExactlyInAnyOrder(ID + "/", LATER + "/");
        }
    }

    @Test
    void aLargeFileThatChangesWhileItIsSentIsNotStored() {
        byte[] first = bytes(LARGE);
        byte[] later = first.clone();
        later[LARGE / 2] ^= 1;
        int[] opened = {0};
        ObjectContent changing = new ObjectContent(
                new Digested(LARGE, Sha256.of(first)),
                from -> new ByteArrayInputStream(opened[0]++ == 0 ? first : later, (int) from, LARGE - (int) from));

        assertThatThrownBy(() -> objects.put(KEY, changing)).isInstanceOf(ObjectDamaged.class);

        assertThat(objects.stat(KEY)).isEmpty();
    }

    @Test
    void anUploadThatWasCutShortIsInvisible() throws Exception {
        network.stall(1, "^PUT .*upload_id", 600_000);
        try (ObjectStore far = throughNetwork("chunk-size-mib=1")) {
            Thread killed = new Thread(() -> assertThatThrownBy(() -> far.put(KEY, ObjectContent.of(bytes(LARGE))))
                    .isInstanceOf(AfException.class));
            killed.setDaemon(true);
            killed.start();
            network.awaitStall();

            assertThat(server.unfinished(prefix)).containsExactly(prefix + "/" + KEY);
            assertThat(objects.stat(KEY)).isEmpty();
            assertThat(store().ids()).isEmpty();
            assertThat(leftovers()).isEmpty();
            objects.abortUploads(ID);
            objects.put(KEY, ObjectContent.of(bytes(5)));
        }
        assertThat(stored().bytes()).isEqualTo(5);
    }

    @Test
    void cutsErrorsAndLostAnswersInMidUploadAreSurvived() throws IOException {
        ObjectContent content = ObjectContent.of(bytes(3 * 1024 * 1024 + 4711));
        String chunk = "^PUT .*upload_id";
        List<Runnable> faults = List.of(
                () -> network.answer(2, "^POST .*resumable", 503, "SlowDown"),
                () -> network.cutRequest(2, chunk, 700_000),
                () -> network.loseAnswer(1, chunk),
                () -> network.answer(1, chunk, 500, "InternalError").answer(1, chunk, 429, "TooManyRequests"));
        try (ObjectStore far = throughNetwork("chunk-size-mib=1", "timeout-seconds=2")) {
            for (Runnable fault : faults) {
                fault.run();

                assertThat(far.put(KEY, content).sha256()).isEqualTo(content.sha256());

                assertThat(stored()).isEqualTo(content.digested());
                objects.delete(KEY);
            }
        }
    }

    @Test
    void aDownloadThatBreaksAnywhereGoesOn() throws IOException {
        ObjectContent content = ObjectContent.of(bytes(2_000_000));
        objects.put(KEY, content);
        try (ObjectStore far = throughNetwork()) {
            for (int cut : new int[] {0, 1, 20_000, 1_000_000, 1_999_999}) {
                network.cutAnswer(2, "^GET .*alt=media", cut).answer(1, "^GET .*alt=media", 503, "SlowDown");
                assertThat(read(far)).isEqualTo(content.digested());
            }
        }
    }

    @Test
    void anAnswerThatGetsLostIsFoundOutByTheMark() throws IOException {
        network.loseAnswer(1, "^POST .*multipart");
        ObjectContent content = ObjectContent.of(bytes(1000));
        try (ObjectStore far = throughNetwork()) {
            assertThat(far.put(KEY, content).sha256()).isEqualTo(content.sha256());
            far.mark("an entry");
            far.mark("an entry");
            assertThatThrownBy(() -> far.put(KEY, content)).isInstanceOf(ObjectExists.class);
        }
        assertThat(stored()).isEqualTo(content.digested());
    }

    @Test
    void aDownloadThatBreaksWithoutEndFailsInTheEnd() throws IOException {
        objects.put(KEY, ObjectContent.of(bytes(100_000)));
        network.cutAnswer(Integer.MAX_VALUE, "^GET .*alt=media", 0);
        try (ObjectStore far = throughNetwork()) {
            assertThatThrownBy(() -> read(far)).isInstanceOf(StoreUnreachable.class);
        }
    }

    @Test
    void whatIsHeldIsReportedAndNotFought() throws IOException {
        publish(ID);
        String manifest = prefix + "/" + ID + "/manifest.json";
        server.hold(manifest, true);
        try {
            AfException refused = catchThrowableOfType(AfException.class, () -> store().delete(ID));
            assertThat(refused).isInstanceOf(Refused.class).hasMessageContaining("active Temporary hold");
            assertThat(store().ids()).containsExactly(ID);
        } finally {
            server.hold(manifest, false);
        }
        store().delete(ID);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void anObjectBeyondWhatGoogleTakesIsRefusedBeforeItIsRead() {
        ObjectContent huge = new ObjectContent(new Digested((5L << 40) + 1, Sha256.of(new byte[0])), from -> {
            throw new IOException("read");
        });

        assertThatThrownBy(() -> objects.put(KEY, huge))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("5 TiB");
    }

    @Test
    void whoRefusesWillDoSoAgain() {
        network.answer(Integer.MAX_VALUE, "uploadType=resumable", 403, "AccessDenied");
        try (ObjectStore refusing = throughNetwork()) {
            AfException failure =
                    catchThrowableOfType(AfException.class, () -> refusing.put(KEY, ObjectContent.of(bytes(LARGE))));
            assertThat(failure.retryable()).isFalse();
            assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(failure).hasMessageContaining("403");
        }
        network.heal();
        network.answer(Integer.MAX_VALUE, "^PUT .*upload_id", 400, "InvalidArgument");
        try (ObjectStore refusing = throughNetwork()) {
            assertThatThrownBy(() -> refusing.put(KEY, ObjectContent.of(bytes(LARGE))))
                    .isInstanceOf(Refused.class)
                    .satisfies(e -> {
                        StringWriter stack = new StringWriter();
                        e.printStackTrace(new PrintWriter(stack));
                        // Whoever knows an upload's address may go on with it.
                        assertThat(stack.toString()).contains("400").doesNotContain("upload_id");
                    });
        }
    }

    @Test
    void aBucketThatIsNotThereIsSaidToBeMissing() {
        try (ObjectStore elsewhere = open(uri.replace(GcsServer.BUCKET, "no-such-bucket"))) {
            assertThatThrownBy(() -> elsewhere.put(KEY, ObjectContent.of(bytes(5))))
                    .isInstanceOf(NotFound.class)
                    .hasMessageContaining("does not exist");
            assertThatThrownBy(elsewhere::names).isInstanceOf(NotFound.class);
        }
    }
}
