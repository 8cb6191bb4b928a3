package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.azure.core.util.BinaryData;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlockListType;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.azure.AzureKind;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.testing.AzureServer;
import io.agentflow.dr.testing.HttpFaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract against Azurite, which checks signatures and conditions, and what an object store alone must do. */
class AzureStoreIT extends ObjectStoreContract {
    /** Few, so that the contract's lists of a thousand take many: 5,000 would take minutes to be put there. */
    private static final int NAMES_A_PAGE = 100;

    private final AzureServer server = AzureServer.shared();
    private final String uri = server.uri(prefix, "part-size-mib=5");
    private final ObjectStore objects = open(uri);

    @AfterEach
    void close() {
        objects.close();
    }

    private static ObjectStore open(String uri) {
        return open(uri, AzureServer.environment());
    }

    private static ObjectStore open(String uri, Map<String, String> environment) {
        return new AzureKind(AzureServer.settings(environment), NAMES_A_PAGE)
                .open(StoreUri.parse(uri), Clock.systemUTC());
    }

    @Override
    Place place() {
        return new Place(uri, objects, server.port());
    }

    @Override
    ObjectStore at(int port) {
        return open(AzureServer.uri(port, prefix));
    }

    @Override
    List<String> held() {
        return server.blobs(prefix, false);
    }

    @Override
    void put(List<BackupId> ids) {
        ids.parallelStream()
                .forEach(id ->
                        blob(new ObjectKey(id, new BackupPath("manifest.json"))).upload(BinaryData.fromString("x")));
    }

    private BlockBlobClient blob(ObjectKey key) {
        return server.client().getBlobClient(prefix + "/" + key).getBlockBlobClient();
    }

    private static Digested read(ObjectStore from) throws IOException {
        try (InputStream in = new ResumingStream(from, KEY, Duration.ofMillis(10))) {
            byte[] read = in.readAllBytes();
            return new Digested(read.length, Sha256.of(read));
        }
    }

    @Test
    void aLargeFileGoesInBlocksAndIsNotOverwritten() throws IOException {
        ObjectContent content = ObjectContent.of(bytes(LARGE));

        StoredObject put = objects.put(KEY, content);

        assertThat(put.bytes()).isEqualTo(LARGE);
        assertThat(put.sha256()).isEqualTo(content.sha256());
        assertThat(read(objects)).isEqualTo(content.digested());
        assertThat(blob(KEY).listBlocks(BlockListType.COMMITTED).getCommittedBlocks())
                .hasSize(3);
        assertThatThrownBy(() -> objects.put(KEY, ObjectContent.of(new byte[LARGE])))
                .isInstanceOf(ObjectExists.class);
        assertThat(read(objects)).isEqualTo(content.digested());
        try (InputStream end = objects.open(KEY, LARGE - 3L)) {
            assertThat(end.readAllBytes()).hasSize(3);
        }
        try (InputStream beyond = objects.open(KEY, LARGE)) {
            assertThat(beyond.read()).isNegative();
        }
    }

    @Test
    void anEmptyFileIsAFileAndWhatIsMissingIsMissing() throws IOException {
        objects.put(KEY, ObjectContent.of(new byte[0]));

        try (InputStream empty = objects.open(KEY, 0)) {
            assertThat(empty.read()).isNegative();
        }
        ObjectKey missing = ObjectKey.manifest(LATER);
        assertThatThrownBy(() -> objects.open(missing, 0)).isInstanceOf(ObjectMissing.class);
        assertThat(objects.stat(missing)).isEmpty();
        objects.delete(missing);
    }

    @Test
    void whatIsStoredIsInTheTierThatWasAskedFor() throws IOException {
        try (ObjectStore cool = open(server.uri(prefix, "tier=cool", "part-size-mib=5"))) {
            cool.put(KEY, ObjectContent.of(bytes(LARGE)));
            cool.put(ObjectKey.manifest(ID), ObjectContent.of(new byte[] {1}));
        }

        for (ObjectKey key : List.of(KEY, ObjectKey.manifest(ID))) {
            BlobProperties there = blob(key).getProperties();
            assertThat(there.getAccessTier()).hasToString("Cool");
            assertThat(there.getMetadata()).containsKeys("af_sha256", "af_upload");
        }
    }

    @Test
    void aListIsMadeOfAsManyPagesAsItTakes() {
        put(IntStream.range(0, 2 * NAMES_A_PAGE + 1)
                .mapToObj(i -> new BackupId("20261123T0251%02dZ-%04d".formatted(i % 60, i)))
                .toList());
        try (HttpFaults network = HttpFaults.before(server.port());
                ObjectStore far = open(AzureServer.uri(network.port(), prefix))) {
            try (Stream<String> names = far.names()) {
                assertThat(names).hasSize(2 * NAMES_A_PAGE + 1).doesNotHaveDuplicates();
            }
            assertThat(network.requests("^GET .*comp=list")).hasSize(3);
        }
    }

    /** Digested whole, then shorter or other when it is sent: the server's own comparison finds it. */
    @Test
    void bytesThatChangeBetweenDigestAndSendingAreNotStored() {
        byte[] good = new byte[1000];
        byte[] other = new byte[1000];
        other[500] = 1;
        for (byte[] then : List.of(new byte[900], other)) {
            int[] opened = {0};
            ObjectContent changing = new ObjectContent(
                    new Digested(good.length, Sha256.of(good)),
                    from -> new ByteArrayInputStream(opened[0]++ == 0 ? good : then));

            assertThatThrownBy(() -> objects.put(KEY, changing)).isInstanceOf(AfException.class);

            assertThat(objects.stat(KEY)).isEmpty();
        }
    }

    @Test
    void anUploadThatWasCutShortIsInvisibleAndTheNextOnePutsItsBlocksInTheirPlace() throws IOException {
        ObjectContent content = ObjectContent.of(bytes(LARGE));
        try (HttpFaults network = HttpFaults.before(server.port());
                ObjectStore far = open(AzureServer.uri(network.port(), prefix, "part-size-mib=5"))) {
            network.answer(Integer.MAX_VALUE, "^PUT .*comp=blocklist", 403, "AuthorizationFailure");
            assertThatThrownBy(() -> far.put(KEY, content)).isInstanceOf(StoreUnreachable.class);
        }
        assertThat(objects.stat(KEY)).isEmpty();
        assertThat(store().ids()).isEmpty();
        assertThat(objects.list(ID)).isEmpty();
        assertThat(server.blobs(prefix, true)).containsExactly(KEY.text());

        objects.put(KEY, content);

        assertThat(read(objects)).isEqualTo(content.digested());
        assertThat(blob(KEY).listBlocks(BlockListType.ALL).getUncommittedBlocks())
                .isEmpty();
    }

    @Test
    void errorsCutsStallsAndLostAnswersInMidUploadAreSurvived() throws IOException {
        ObjectContent content = ObjectContent.of(bytes(LARGE));
        try (HttpFaults network = HttpFaults.before(server.port());
                ObjectStore far =
                        open(AzureServer.uri(network.port(), prefix, "part-size-mib=5", "timeout-seconds=2"))) {
            network.answer(1, "^PUT .*comp=block&", 500, "InternalError")
                    .cutRequest(1, "^PUT .*comp=block&", 1_000_000)
                    .answer(1, "^PUT .*comp=block&", 503, "ServerBusy")
                    .loseAnswer(1, "^PUT .*comp=blocklist");

            assertThat(far.put(KEY, content).sha256()).isEqualTo(content.sha256());

            network.stall(1, "^PUT .*manifest", 0)
                    .loseAnswer(1, "^PUT .*manifest")
                    .cutAnswer(3, "^GET .*data%2F1.dat", 2_000_000);
            far.put(ObjectKey.manifest(ID), ObjectContent.of(new byte[] {1}));
            assertThat(read(far)).isEqualTo(content.digested());
            assertThat(network.requests("^GET .*data%2F1.dat")).hasSize(4);

            network.answer(2, "^GET .*data%2F1.dat", 503, "ServerBusy");
            assertThat(read(far)).isEqualTo(content.digested());
        }
    }

    /** A reader that wants no more of a large blob does not wait for the rest. */
    @Test
    void aStreamThatIsClosedEarlyDropsItsConnection() throws IOException {
        objects.put(KEY, ObjectContent.of(bytes(LARGE)));

        for (int i = 0; i < 20; i++) {
            try (InputStream in = objects.open(KEY, 0)) {
                assertThat(in.readNBytes(10)).hasSize(10);
            }
            objects.open(KEY, 0).close();
        }
    }

    @Test
    void aStoreThatRefusesOneFileIsOfferedNoOther() throws IOException {
        BackupPath schema = new BackupPath("schema.dump.gz");
        try (HttpFaults network = HttpFaults.before(server.port());
                ObjectStore far = open(AzureServer.uri(network.port(), prefix))) {
            network.answer(Integer.MAX_VALUE, "^PUT .*schema", 403, "AuthorizationFailure");
            try (Built built = new Built(over(far).begin(ID), new TreeMap<>())) {
                write(built, schema, "the schema");
                Digested content = Objects.requireNonNull(built.sealed().get(schema));
                built.partial().handOver(schema, content);
                assertThatThrownBy(built.partial()::handedOver).isInstanceOf(StoreUnreachable.class);
                assertThatThrownBy(() -> built.partial().finished(schema, content))
                        .isInstanceOf(StoreUnreachable.class);
            }
        }
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whoRefusesWillDoSoAgain() throws IOException {
        String wrong = Base64.getEncoder().encodeToString("wrong".getBytes(StandardCharsets.UTF_8));
        try (ObjectStore refusing = open(uri, Map.of("AZURE_STORAGE_KEY", wrong))) {
            for (ObjectContent content : List.of(ObjectContent.of(new byte[] {1}), ObjectContent.of(bytes(LARGE)))) {
                AfException failure = catchThrowableOfType(AfException.class, () -> refusing.put(KEY, content));
                assertThat(failure.retryable()).isFalse();
                assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                assertThat(failure.getMessage()).contains("403").doesNotContain(wrong);
            }
        }
    }

    @Test
    void aContainerThatIsNotThereIsSaidToBe() {
        try (ObjectStore nowhere = open(uri.replace(AzureServer.CONTAINER, "no-such-container"))) {
            for (ThrowingCallable ask : List.<ThrowingCallable>of(
                    () -> nowhere.stat(KEY),
                    () -> nowhere.names().findAny(),
                    () -> nowhere.put(KEY, ObjectContent.of(new byte[] {1})))) {
                AfException failure = catchThrowableOfType(AfException.class, ask);
                assertThat(failure).isInstanceOf(NotFound.class).isNotInstanceOf(ObjectMissing.class);
                assertThat(failure.hint()).contains("af makes no containers");
            }
        }
    }

    /** The rights of docs/stores/azure.md are enough, and without the one to delete a backup is made all the same. */
    @ParameterizedTest
    @CsvSource({"rwl, part-size-mib=5", "rwl, part-size-mib=4000"})
    void aTokenWithTheLeastRightsMakesAndReadsBackups(String rights, String option) throws IOException {
        Map<String, String> environment = Map.of("AZURE_STORAGE_SAS_TOKEN", sas(rights));
        try (ObjectStore least = open(server.uri(prefix, option), environment)) {
            least.put(KEY, ObjectContent.of(bytes(LARGE)));
            least.put(ObjectKey.manifest(ID), ObjectContent.of(new byte[] {1}));
            least.mark("marked");
            least.mark("marked");
            assertThat(read(least).bytes()).isEqualTo(LARGE);
            assertThat(over(least).ids()).containsExactly(ID);
            assertThatThrownBy(() -> least.put(KEY, ObjectContent.of(new byte[LARGE])))
                    .isInstanceOf(ObjectExists.class);
            AfException refused = catchThrowableOfType(AfException.class, () -> least.delete(KEY));
            assertThat(refused).isInstanceOf(StoreUnreachable.class);
            assertThat(refused.getMessage()).contains("403").doesNotContain("sig=");
        }
        assertThat(objects.stat(KEY)).isPresent();
    }

    private String sas(String rights) {
        return server.client()
                .generateSas(new BlobServiceSasSignatureValues(
                        OffsetDateTime.now().plusHours(1), BlobContainerSasPermission.parse(rights)));
    }

    /** Azurite has no policies: the network says what Azure does, by Microsoft's list of error codes. */
    @ParameterizedTest
    @CsvSource({
        "BlobImmutableDueToPolicy, retention policy",
        "BlobImmutableDueToLegalHold, legal hold",
        "BlobArchived, Rehydrate"
    })
    void whatIsKeptByAPolicyIsReportedAndNotFought(String code, String told) {
        objects.put(KEY, ObjectContent.of(new byte[] {1}));
        try (HttpFaults network = HttpFaults.before(server.port());
                ObjectStore far = open(AzureServer.uri(network.port(), prefix))) {
            network.answer(1, "^DELETE ", 409, code);

            AfException refused = catchThrowableOfType(AfException.class, () -> far.delete(KEY));

            assertThat(refused).isInstanceOf(Refused.class);
            assertThat(refused.getMessage() + refused.hint()).contains(told);
            assertThat(network.requests("^DELETE ")).hasSize(1);
        }
        assertThat(BlobErrorCode.fromString(code)).isNotNull();
        assertThat(objects.stat(KEY)).isPresent();
    }
}
