package io.agentflow.dr.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.models.AccessTier;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AzureOptionsTest {
    private static AzureOptions options(String query) {
        return AzureOptions.of(StoreUri.parse("azure://container/prefix" + query));
    }

    @Test
    void withAnAccountAloneItIsInThePublicCloud() {
        assertThat(options("?account=drbackups"))
                .isEqualTo(new AzureOptions(
                        "drbackups",
                        URI.create("https://drbackups.blob.core.windows.net"),
                        null,
                        16L << 20,
                        Duration.ofSeconds(60)));
    }

    @Test
    void everyOptionIsHeard() {
        assertThat(options("?account=drbackups&endpoint=https://backups.example&tier=cool&part-size-mib=64"
                        + "&timeout-seconds=5"))
                .isEqualTo(new AzureOptions(
                        "drbackups",
                        URI.create("https://backups.example"),
                        AccessTier.COOL,
                        64L << 20,
                        Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @CsvSource({
        "https://drbackups.blob.core.chinacloudapi.cn, drbackups",
        "http://127.0.0.1:10000/devstoreaccount1, devstoreaccount1"
    })
    void anEndpointNamesItsAccount(String endpoint, String account) {
        assertThat(options("?endpoint=" + endpoint).account()).isEqualTo(account);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?account=Dr_Backups",
                "?account=a1b2&part-size-mib=0",
                "?account=a1b2&part-size-mib=4001",
                "?account=a1b2&timeout-seconds=x",
                "?account=a1b2&tier=Archive",
                "?account=a1b2&tier=P10",
                "?endpoint=ftp://x",
                "?endpoint=https://user:secret@host",
                "?endpoint=https://host/a/b",
                "?account=a1b2&region=x"
            })
    void whatIsWrongIsAnErrorOfUsage(String query) {
        assertThatThrownBy(() -> options(query)).isInstanceOf(UsageError.class);
    }

    @ParameterizedTest
    @CsvSource({"1, 16", "838860800000, 16", "838860800001, 17", "5000000000000, 96", "5497558138880, 105"})
    void fiftyThousandBlocksAreEnough(long bytes, long mebibytes) {
        assertThat(options("?account=a1b2").partBytes(bytes)).isEqualTo(mebibytes << 20);
    }

    @Test
    void aRequestMayTakeAsLongAsItsBytesNeed() {
        assertThat(options("?account=a1b2").timeout(16L << 20)).isEqualTo(Duration.ofSeconds(60 + 512));
    }
}
