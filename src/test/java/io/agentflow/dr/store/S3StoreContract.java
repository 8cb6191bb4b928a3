package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.s3.S3Kind;
import io.agentflow.dr.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The contract of stores, and what a store of S3 alone must do; each server that speaks S3 inherits it. */
abstract class S3StoreContract extends ObjectStoreContract {
    final S3Server server = server();
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

    @Override
    Place place() {
        return new Place(uri, objects, server.port());
    }

    @Override
    ObjectStore at(int port) {
        return open(S3Server.uri(port, prefix));
    }

    @Override
    List<String> held() {
        List<String> held = new ArrayList<>();
        try (Stream<String> names = objects.names()) {
            names.forEach(held::add);
        }
        try (S3Client client = server.client()) {
            client.listMultipartUploads(all -> all.bucket(S3Server.BUCKET)).uploads().stream()
                    .filter(upload -> upload.key().startsWith(prefix))
                    .forEach(upload -> held.add(upload.key()));
        }
        return held;
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

    private Digested stored() throws IOException {
        try (InputStream in = objects.open(KEY, 0)) {
            byte[] read = in.readAllBytes();
            return new Digested(read.length, Sha256.of(read));
        }
    }

    @Test
    void aLargeFileGoesInPartsAndIsNotOverwritten() throws IOException {
        ObjectContent content = ObjectContent.of(bytes(LARGE));

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
}
