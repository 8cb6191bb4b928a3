package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.UsageError;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUriTest {

    @ParameterizedTest
    @CsvSource({
        "./backups, ./backups",
        "/srv/back ups, /srv/back ups",
        "file:backups, backups",
        "file:/srv/backups, /srv/backups",
        "file:///srv/back%20ups, /srv/back ups",
        "C:\\backups, C:\\backups"
    })
    void aDirectoryIsADirectory(String text, String path) {
        assertThat(StoreUri.parse(text).isDirectory()).isTrue();
        assertThat(StoreUri.parse(text).directory()).isEqualTo(Path.of(path));
    }

    @Test
    void aBucketHasAPrefixAndOptions() {
        StoreUri uri = StoreUri.parse(
                "s3://dr-bucket/prod/pg?region=eu-central-1&endpoint=http%3A%2F%2Fh:9000&path-style=true");

        assertThat(uri.scheme()).isEqualTo("s3");
        assertThat(uri.place()).isEqualTo("dr-bucket");
        assertThat(uri.prefix()).isEqualTo("prod/pg/");
        assertThat(uri.options())
                .isEqualTo(Map.of("region", "eu-central-1", "endpoint", "http://h:9000", "path-style", "true"));
        assertThat(uri).hasToString("s3://dr-bucket/prod/pg");
        assertThat(StoreUri.parse("s3://b").prefix()).isEmpty();
        assertThat(StoreUri.parse("s3://b/").prefix()).isEmpty();
        assertThat(StoreUri.parse("s3://b/x/").prefix()).isEqualTo("x/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://",
                "s3:///prefix",
                "s3:/bucket/prefix",
                "gs:bucket",
                "s3://b/../x",
                "s3://b//x",
                "s3://b/x y",
                "s3://b?region",
                "s3://b?=x",
                "s3://b?region=",
                "s3://b?a=1&a=2",
                "S3://b",
                "file://host/x"
            })
    void whatCannotBeMeantIsRefused(String text) {
        assertThatThrownBy(() -> StoreUri.parse(text)).isInstanceOf(UsageError.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://AKIA:hush-hush@bucket/x",
                "azure://backups/x?account=a&sv=2024-11-04&sig=hush-hush",
                "azure://backups/x?account=a&sig=hush-hush&broken",
                "azure://backups/x?AccountKey=hush-hush",
                "https://a.blob.core.windows.net/backups?SIG=hush-hush",
                "s3://bucket/x?secret-key=hush-hush"
            })
    void row23_credentialsInAUriAreRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> StoreUri.parse(text))
                .isInstanceOf(UsageError.class)
                .hasMessageNotContaining("hush-hush");
    }

    @Test
    void containersOfOneNameInTwoAccountsAreTwoPlaces() {
        assertThat(StoreUri.parse("azure://b/x?account=one").whereabouts())
                .isNotEqualTo(StoreUri.parse("azure://b/x?account=two").whereabouts());
    }

    @Test
    void anUnknownOptionIsNamed() {
        assertThatThrownBy(() -> StoreUri.parse("s3://b?regoin=x").requireOnly(Set.of("region")))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("regoin");
    }
}
