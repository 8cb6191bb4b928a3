package io.agentflow.dr.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.storage.StorageClass;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcsOptionsTest {
    private static GcsOptions options(String query) {
        return GcsOptions.of(StoreUri.parse("gs://bucket/prefix" + query));
    }

    @Test
    void withoutOptionsItIsGoogleAsItsToolsHaveIt() {
        assertThat(options("")).isEqualTo(new GcsOptions(null, null, null, 8 << 20, Duration.ofSeconds(60)));
        assertThat(options("").loopback()).isFalse();
    }

    @Test
    void everyOptionIsHeard() {
        GcsOptions options = options("?endpoint=https://storage.example:8443/&project=dr-42&storage-class=nearline"
                + "&chunk-size-mib=4&timeout-seconds=5");

        assertThat(options)
                .isEqualTo(new GcsOptions(
                        URI.create("https://storage.example:8443"),
                        "dr-42",
                        StorageClass.NEARLINE,
                        4 << 20,
                        Duration.ofSeconds(5)));
        assertThat(options.loopback()).isFalse();
        assertThat(options.sending()).isEqualTo(Duration.ofSeconds(5 + 128));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000", "https://127.0.0.1"})
    void aServerOnThisMachineIsToldNoCredentials(String endpoint) {
        assertThat(options("?endpoint=" + endpoint).loopback()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?endpoint=http://storage.example",
                "?endpoint=http://127.0.0.1.example.com",
                "?endpoint=http://localhost.example.com",
                "?endpoint=https://user:secret@host",
                "?endpoint=ftp://127.0.0.1",
                "?project=My%20Project",
                "?storage-class=GLACIER",
                "?chunk-size-mib=0",
                "?chunk-size-mib=33",
                "?chunk-size-mib=x",
                "?timeout-seconds=0",
                "?key=secret"
            })
    void whatIsWrongIsAnErrorOfUsage(String query) {
        assertThatThrownBy(() -> options(query)).isInstanceOf(UsageError.class);
    }
}
