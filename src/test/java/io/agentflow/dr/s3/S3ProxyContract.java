package io.agentflow.dr.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.BackupStoreContract;
import io.agentflow.dr.store.FetchObject;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectExists;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.store.StoreUri;
import io.agentflow.dr.store.StoredObject;
import io.agentflow.dr.testing.HttpFaults;
import io.agentflow.dr.testing.S3Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The contract against S3Proxy, which checks signatures and conditions, and what only a network does to a store. */
class S3ProxyContract extends BackupStoreContract {
    private static final String PREFIX = "contract/" + UUID.randomUUID();
    private static final String PARTS = "part-size-mib=5";

    private final S3Server server = S3Server.shared();
    private final HttpFaults network = HttpFaults.before(server.port());
    private final ObjectKey key = new ObjectKey("faults/" + UUID.randomUUID());
    private final byte[] bytes = new byte[large()];
    private final ObjectContent content;

    S3ProxyContract() {
        new Random(3).nextBytes(bytes);
        content = ObjectContent.of(bytes);
    }

    @BeforeAll
    static void credentials() {
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
    }

    private static BackupStore store(String uri) {
        return new S3Kind().open(StoreUri.parse(uri), Clock.systemUTC());
    }

    private BackupStore through(HttpFaults faults) {
        return store(S3Server.uri(faults.port(), PREFIX, PARTS, "timeout-seconds=2"));
    }

    @Override
    protected BackupStore openStore() {
        return store(server.uri(PREFIX, PARTS));
    }

    @Override
    protected int large() {
        return 11 * 1024 * 1024;
    }

    @Override
    protected void leaveInterruptedUpload(ObjectKey killed) {
        try (S3Client client = S3Kind.client(S3Options.of(StoreUri.parse(server.uri(PREFIX))))) {
            String name = PREFIX + "/" + killed.text();
            String upload = client.createMultipartUpload(
                            c -> c.bucket(S3Server.BUCKET).key(name))
                    .uploadId();
            client.uploadPart(
                    p -> p.bucket(S3Server.BUCKET).key(name).uploadId(upload).partNumber(1),
                    RequestBody.fromBytes(new byte[5 * 1024 * 1024]));
        }
    }

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    private void assertStored(BackupStore store) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        new FetchObject(store).fetch(key, content.digested(), read);
        assertThat(read.toByteArray()).isEqualTo(bytes);
        assertThat(store.stat(key)).get().extracting(StoredObject::sha256).isEqualTo(content.sha256());
    }

    private void assertNothingLeft() {
        try (BackupStore store = openStore()) {
            assertThat(store.stat(key)).isEmpty();
            assertThat(store.sweep(key.text(), Instant.MAX)).as("remains").isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"500, InternalError", "503, SlowDown", "429, TooManyRequests", "503, ServiceUnavailable"})
    void row30_aStoreThatIsOverloadedIsAskedAgain(int status, String code) throws IOException {
        network.answer(2, "^PUT .*partNumber=2", status, code).answer(1, "^POST .*uploadId", status, code);
        network.answer(1, "^GET ", status, code).answer(1, "^HEAD ", status, code);
        try (BackupStore store = through(network)) {
            store.put(key, content);

            assertStored(store);
        }
        assertThat(network.requests("^PUT .*partNumber=2")).hasSize(3);
    }

    @Test
    void row30_aStoreThatStaysOverloadedIsUnreachableAndNothingIsLeft() {
        network.answer(Integer.MAX_VALUE, "^PUT .*partNumber=3", 503, "SlowDown");
        try (BackupStore store = through(network)) {
            assertThatThrownBy(() -> store.put(key, content)).isInstanceOfSatisfying(StoreUnreachable.class, e -> {
                assertThat(e.retryable()).isTrue();
                assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                assertThat(e.fact()).contains("503 SlowDown", S3Server.BUCKET);
            });
        }
        assertNothingLeft();
    }

    @Test
    void row30_anUploadThatIsCutOrStallsIsTakenUpAgain() throws IOException {
        network.cutRequest(1, "^PUT .*partNumber=1", 2_000_000).stall(1, "^PUT .*partNumber=2", Long.MAX_VALUE);
        try (BackupStore store = through(network)) {
            store.put(key, content);

            assertStored(store);
        }
    }

    @Test
    void row30_aDownloadThatIsCutGoesOnWhereItWas() throws IOException {
        network.cutAnswer(2, "^GET ", 3_000_000);
        try (BackupStore store = through(network)) {
            store.put(key, content);

            assertStored(store);
        }
        assertThat(network.requests("^GET ")).hasSize(3);
    }

    @Test
    void row30_anAnswerThatGetsLostIsNoFailure() throws IOException {
        network.loseAnswer(1, "^POST .*uploadId").loseAnswer(1, "^PUT .*small");
        ObjectKey small = new ObjectKey(key.text() + "-small");
        try (BackupStore store = through(network)) {
            store.put(key, content);
            store.put(small, ObjectContent.of(new byte[] {1, 2, 3}));

            assertStored(store);
            assertThat(network.requests("^PUT .*small")).hasSize(2);
            assertThatThrownBy(() -> store.put(small, ObjectContent.of(new byte[] {1, 2, 3})))
                    .as("of equal content, but not of this upload")
                    .isInstanceOf(ObjectExists.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, ExpiredToken, the token has expired",
        "403, AccessDenied, 403 AccessDenied",
        "403, RequestTimeTooSkewed, clock is wrong",
        "404, NoSuchBucket, no such bucket"
    })
    void row30_whatWillNotChangeByItselfIsNotTriedAgain(int status, String code, String said) {
        network.answer(Integer.MAX_VALUE, "^(PUT|POST) ", status, code);
        try (BackupStore store = through(network)) {
            assertThatThrownBy(() -> store.put(key, ObjectContent.of(new byte[] {1})))
                    .isInstanceOfSatisfying(AfException.class, e -> {
                        assertThat(e.retryable()).isFalse();
                        assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                        assertThat(e.fact()).contains(said);
                        assertThat(e.hint()).isNotBlank();
                    });
        }
    }

    @Test
    void row23_aWrongSecretIsRefusedAndNoneIsShown() {
        System.setProperty("aws.secretAccessKey", "wr0ng-secret");
        try (BackupStore store = openStore()) {
            assertThatThrownBy(() -> store.folders().toList()).isInstanceOfSatisfying(StoreUnreachable.class, e -> {
                assertThat(e.retryable()).isFalse();
                assertThat(e.fact() + e.hint()).contains("403").doesNotContain("wr0ng-secret", S3Server.SECRET_KEY);
            });
        } finally {
            credentials();
        }
    }

    @Test
    void pagesOfAListAreAskedForWhenTheyAreRead() {
        try (BackupStore store = through(network);
                Stream<StoredObject> objects = store.list("")) {
            objects.limit(1).toList();
        }
        assertThat(network.requests("list-type=2").size()).isLessThanOrEqualTo(1);
    }

    @Test
    void aServerThatIsNotThereIsUnreachable() {
        HttpFaults closed = HttpFaults.before(server.port());
        closed.close();
        try (BackupStore store = through(closed)) {
            assertThatThrownBy(() -> store.folders().toList())
                    .isInstanceOfSatisfying(
                            StoreUnreachable.class,
                            e -> assertThat(e.retryable()).isTrue());
        }
    }
}
