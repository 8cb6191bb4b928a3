package io.agentflow.dr.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.StorageClass;

class S3OptionsTest {
    private static S3Options options(String query) {
        return S3Options.of(StoreUri.parse("s3://bucket/prefix" + query));
    }

    @Test
    void withoutOptionsItIsAwsAsItsToolsHaveIt() {
        S3Options options = options("");

        assertThat(options.region()).isNull();
        assertThat(options.endpoint()).isNull();
        assertThat(options.pathStyle()).isFalse();
        assertThat(options.lockMode()).isNull();
        assertThat(options.partBytes()).isEqualTo(16L << 20);
        assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void everyOptionIsHeard() {
        S3Options options = options("?region=eu-central-1&endpoint=https://s3.example:9000&path-style=true&profile=dr"
                + "&sse=aws:kms&sse-kms-key-id=k1&storage-class=standard_ia&object-lock-mode=compliance"
                + "&object-lock-days=30&part-size-mib=64&timeout-seconds=5");

        assertThat(options)
                .isEqualTo(new S3Options(
                        "eu-central-1",
                        URI.create("https://s3.example:9000"),
                        true,
                        "dr",
                        ServerSideEncryption.AWS_KMS,
                        "k1",
                        StorageClass.STANDARD_IA,
                        ObjectLockMode.COMPLIANCE,
                        Duration.ofDays(30),
                        64L << 20,
                        Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?path-style=yes",
                "?part-size-mib=4",
                "?part-size-mib=x",
                "?timeout-seconds=0",
                "?sse=rot13",
                "?sse-kms-key-id=k",
                "?storage-class=DEEP_ARCHIVE",
                "?object-lock-mode=compliance",
                "?object-lock-days=3",
                "?object-lock-mode=maybe&object-lock-days=3",
                "?endpoint=ftp://x",
                "?endpoint=http://user:secret@host",
                "?secret-key=x"
            })
    void whatIsWrongIsAnErrorOfUsage(String query) {
        assertThatThrownBy(() -> options(query)).isInstanceOf(UsageError.class);
    }

    @ParameterizedTest
    @CsvSource({"1, 16", "167772160000, 16", "167772160001, 17", "5000000000000, 477", "5497558138880, 525"})
    void partsGrowSoThatTenThousandAreEnough(long bytes, long mib) {
        long part = options("").partBytes(bytes);

        assertThat(part).isEqualTo(mib << 20);
        assertThat((bytes + part - 1) / part).isLessThanOrEqualTo(10_000);
    }

    @Test
    void aRequestMayTakeAsLongAsItsBytesNeed() {
        assertThat(options("").timeout(0)).isEqualTo(Duration.ofSeconds(60));
        assertThat(options("").timeout(525L << 20)).isEqualTo(Duration.ofSeconds(60 + 16_800));
    }
}
