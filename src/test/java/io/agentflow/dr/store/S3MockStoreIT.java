package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.StorageClass;

/** S3Mock, which keeps what each object was stored with: its checksum, its class, its encryption, its versions. */
class S3MockStoreIT extends S3StoreContract {
    @Override
    S3Server server() {
        return S3Server.mock();
    }

    /** Two or more writers won 52 of 120 races that were run there: the test would fail by the server's fault. */
    @Test
    @Override
    @Disabled("S3Mock 5.2 lets several writers at once win a conditional put; S3StoreIT has the race on S3Proxy")
    void ofTwoWhoMakeTheSameBackupAtOnceOneSucceeds() {}

    private HeadObjectResponse head(ObjectKey key) {
        try (S3Client client = server.client()) {
            return client.headObject(
                    head -> head.bucket(S3Server.BUCKET).key(prefix + "/" + key).checksumMode(ChecksumMode.ENABLED));
        }
    }

    @Test
    void theServerKeepsTheChecksumOfEachFile() {
        ObjectContent content = ObjectContent.of(new byte[] {1, 2, 3});
        ObjectKey small = new ObjectKey(ID, new BackupPath("globals.sql.gz"));

        objects.put(small, content);
        objects.put(KEY, ObjectContent.of(bytes(LARGE)));

        assertThat(head(small).checksumSHA256())
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(HexFormat.of().parseHex(content.sha256().hex())));
        assertThat(head(KEY).checksumSHA256())
                .as("a checksum of the parts' ones")
                .endsWith("-3");
    }

    @Test
    void theClassAndTheEncryptionThatWereAskedForAreThoseOfEveryObject() throws IOException {
        String asked = server.uri(prefix, "part-size-mib=5", "storage-class=standard_ia", "sse=AES256");
        ObjectKey small = new ObjectKey(ID, new BackupPath("globals.sql.gz"));
        try (ObjectStore store = open(asked)) {
            store.put(KEY, ObjectContent.of(bytes(LARGE)));
            store.put(small, ObjectContent.of(new byte[] {1}));
        }

        for (HeadObjectResponse there : List.of(head(KEY), head(small))) {
            assertThat(there.storageClass()).isEqualTo(StorageClass.STANDARD_IA);
        }
        // What came in parts S3Mock forgets the encryption of.
        assertThat(head(small).serverSideEncryption()).isEqualTo(ServerSideEncryption.AES256);
    }

    @Test
    void whatIsDeletedWhereVersionsAreKeptComesBackByRemovingTheMarkOfItsDeletion() throws IOException {
        String name = prefix + "/" + KEY;
        try (S3Client client = server.client();
                ObjectStore store = open(uri.replace(S3Server.BUCKET, S3Server.VERSIONED))) {
            store.put(KEY, ObjectContent.of(new byte[] {7}));
            store.delete(KEY);
            assertThat(store.stat(KEY)).isEmpty();
            assertThatThrownBy(() -> store.open(KEY, 0)).isInstanceOf(ObjectMissing.class);

            var marks = client.listObjectVersions(
                            list -> list.bucket(S3Server.VERSIONED).prefix(name))
                    .deleteMarkers();
            assertThat(marks).hasSize(1);
            client.deleteObject(delete -> delete.bucket(S3Server.VERSIONED)
                    .key(name)
                    .versionId(marks.get(0).versionId()));

            try (InputStream back = store.open(KEY, 0)) {
                assertThat(back.readAllBytes()).containsExactly(7);
            }
        }
    }
}
