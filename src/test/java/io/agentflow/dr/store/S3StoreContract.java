package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.s3.S3Kind;
import io.agentflow.dr.testing.HttpFaults;
import io.agentflow.dr.testing.Port;
import io.agentflow.dr.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The contract of stores, and what a store of S3 alone must do; each server that speaks S3 inherits it. */
abstract class S3StoreContract extends BackupStoreContract {
    static final int LARGE = 11 * 1024 * 1024;
    static final ObjectKey KEY = new ObjectKey(ID, new BackupPath("data/1.dat"));

    @TempDir
    Path parent;

    final S3Server server = server();
    final String prefix = "contract/" + UUID.randomUUID();
    final String uri = server.uri(prefix, "part-size-mib=5");
    final ObjectStore objects = open(uri);

    @BeforeAll
    static void credentials() {
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
    }

    @AfterAll
    static void noCredentials() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @AfterEach
    void close() {
        objects.close();
    }

    /** Where the backups go. */
    abstract S3Server server();

    static ObjectStore open(String uri) {
        return new S3Kind().open(StoreUri.parse(uri), Clock.systemUTC());
    }

    DirectoryStore staging() {
        return new DirectoryStore(parent.resolve("staging"), DirectoryPermissions.OWNER);
    }

    @Override
    BackupStore store() {
        return new ObjectBackupStore(objects, StoreUri.parse(uri), staging(), Clock.systemUTC());
    }

    @Override
    List<String> leftovers() throws IOException {
        List<String> left = new ArrayList<>();
        List<BackupId> published = store().ids();
        try (Stream<String> names = objects.names()) {
            names.filter(name -> published.stream().noneMatch(id -> name.startsWith(id.text())))
                    .forEach(left::add);
        }
        try (S3Client client = server.client()) {
            client.listMultipartUploads(all -> all.bucket(S3Server.BUCKET)).uploads().stream()
                    .filter(upload -> upload.key().startsWith(prefix))
                    .forEach(upload -> left.add(upload.key()));
        }
        staging().remains().forEach(path -> left.add(path.toString()));
        return left;
    }

    @Override
    void put(List<BackupId> ids) {
        try (S3Client client = server.client()) {
            ids.parallelStream()
                    .forEach(id -> client.putObject(
                            put -> put.bucket(S3Server.BUCKET).key(prefix + "/" + id + "/manifest.json"),
                            RequestBody.empty()));
        }
    }

    static byte[] large() {
        byte[] bytes = new byte[LARGE];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    private Digested stored() throws IOException {
        try (InputStream in = objects.open(KEY, 0)) {
            byte[] read = in.readAllBytes();
            return new Digested(read.length, Sha256.of(read));
        }
    }

    @Test
    void aLargeFileGoesInPartsAndIsNotOverwritten() throws IOException {
        ObjectContent content = ObjectContent.of(large());

        StoredObject put = objects.put(KEY, content);

        assertThat(put.bytes()).isEqualTo(LARGE);
        assertThat(put.sha256()).isEqualTo(content.sha256());
        assertThat(stored()).isEqualTo(content.digested());
        assertThatThrownBy(() -> objects.put(KEY, ObjectContent.of(new byte[LARGE])))
                .isInstanceOf(ObjectExists.class);
        assertThat(stored()).isEqualTo(content.digested());
        try (InputStream end = objects.open(KEY, LARGE - 3L)) {
            assertThat(end.readAllBytes()).hasSize(3);
        }
    }

    @Test
    void aListOfBackupsTakesOneRequestForAThousandAndOneWithoutItsEntryIsAskedFor() throws IOException {
        publish(ID);
        publish(LATER);
        store().addEvidence(ID, "20261123T025149Z-verified-aaaa.json", new byte[] {'{', '}'});
        try (HttpFaults network = HttpFaults.before(server.port());
                ObjectStore far = open(S3Server.uri(network.port(), prefix))) {
            BackupStore store = new ObjectBackupStore(
                    far, StoreUri.parse(S3Server.uri(network.port(), prefix)), staging(), Clock.systemUTC());
            assertThat(store.each((id, evidence, manifest) -> id + " " + evidence))
                    .containsExactly(LATER + " []", ID + " [20261123T025149Z-verified-aaaa.json]");
            assertThat(store.ids()).containsExactly(LATER, ID);
            assertThat(network.requests(".")).hasSize(2);

            try (Stream<String> names = objects.names()) {
                names.filter(name -> name.contains(".head.")).forEach(objects::unmark);
            }

            assertThat(store.each((id, evidence, manifest) -> id + " " + evidence))
                    .containsExactly(LATER + " []", ID + " [20261123T025149Z-verified-aaaa.json]");
            assertThat(store.ids()).containsExactly(LATER, ID);
        }
    }

    @Test
    void bytesThatAreNotWhatWasDigestedAreNotStored() {
        for (int length : new int[] {1000, LARGE}) {
            byte[] other = new byte[length];
            ObjectContent wrong = new ObjectContent(
                    new Digested(length, Sha256.of(new byte[] {1})),
                    from -> new ByteArrayInputStream(other, (int) from, length - (int) from));

            assertThatThrownBy(() -> objects.put(KEY, wrong)).isInstanceOf(ObjectDamaged.class);

            assertThat(objects.stat(KEY)).isEmpty();
        }
    }

    @Test
    void anUploadThatWasCutShortIsInvisibleAndGivenUp() throws IOException {
        String name = prefix + "/" + KEY;
        try (S3Client client = server.client()) {
            String upload = client.createMultipartUpload(
                            create -> create.bucket(S3Server.BUCKET).key(name))
                    .uploadId();
            client.uploadPart(
                    part -> part.bucket(S3Server.BUCKET)
                            .key(name)
                            .uploadId(upload)
                            .partNumber(1),
                    RequestBody.fromBytes(new byte[5 * 1024 * 1024]));
        }
        assertThat(objects.stat(KEY)).isEmpty();
        assertThat(store().ids()).isEmpty();
        assertThat(leftovers()).contains(name);

        objects.abortUploads(ID);

        assertThat(leftovers()).doesNotContain(name);
    }

    @Test
    void aFileWhoseBytesChangedAtTheSameLengthIsNotPublished() throws IOException {
        try (Built built = built(ID)) {
            Path schema = built.file(new BackupPath("schema.dump.gz"));
            byte[] bytes = Files.readAllBytes(schema);
            bytes[0] ^= 1;
            Files.write(schema, bytes);
            assertThatThrownBy(built::publish).isInstanceOf(ObjectDamaged.class);
        }

        assertThat(store().ids()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatIsHandedOverLeavesThisMachineAndIsPublished() throws IOException {
        BackupPath schema = new BackupPath("schema.dump.gz");
        try (Built built = built(ID)) {
            built.partial().handOver(schema, required(built, schema));

            assertThat(built.partial().handedOver()).containsOnly(Map.entry(schema, required(built, schema)));
            assertThat(built.file(schema)).doesNotExist();
            built.publish();
        }

        assertThat(store().ids()).containsExactly(ID);
        assertThat(store().files(ID)).extracting(StoredFile::path).contains("schema.dump.gz");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whoDoesNotAnswerMayLater() throws IOException {
        int closed = Port.free();
        try (ObjectStore away = open(S3Server.uri(closed, prefix))) {
            AfException failure = catchThrowableOfType(AfException.class, () -> away.stat(KEY));
            assertThat(failure.retryable()).isTrue();
            assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        }
    }
}
