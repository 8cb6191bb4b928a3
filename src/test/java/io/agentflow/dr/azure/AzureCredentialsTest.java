package io.agentflow.dr.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import io.agentflow.dr.testing.AzureServer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

class AzureCredentialsTest {
    private static final String KEY = "aHVzaC1odXNo";
    private static final String OTHER_KEY = "b3RoZXI=";
    private static final String SAS = "sv=2024-11-04&sig=hush-hush";

    /** Says what a request was signed with, and sends none. */
    private static final class Ear implements HttpClient {
        private final AtomicReference<String> heard = new AtomicReference<>("");

        @Override
        public Mono<HttpResponse> send(HttpRequest request) {
            String query = String.valueOf(request.getUrl().getQuery());
            heard.set(query.contains("sig=") ? "SAS" : request.getHeaders().getValue(HttpHeaderName.AUTHORIZATION));
            return Mono.error(new IOException("heard"));
        }
    }

    private static String signature(Map<String, String> environment) {
        return signature(environment, "http://127.0.0.1:1/ours");
    }

    private static String signature(Map<String, String> environment, String endpoint) {
        AzureOptions options = AzureOptions.of(StoreUri.parse("azure://container?endpoint=" + endpoint));
        BlobServiceClientBuilder client = new BlobServiceClientBuilder()
                .endpoint(options.endpoint().toString())
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, 1, null, null, null));
        Ear ear = new Ear();
        new AzureCredentials(AzureServer.settings(environment), options).applyTo(client, ear);
        assertThatThrownBy(() -> client.httpClient(ear)
                        .buildClient()
                        .getBlobContainerClient("container")
                        .getProperties())
                .hasStackTraceContaining("heard");
        return ear.heard.get();
    }

    @Test
    void aKeyIsForTheAccountThatIsNamedBesideItOrForAny() {
        assertThat(signature(Map.of("AZURE_STORAGE_KEY", KEY))).startsWith("SharedKey ours:");
        assertThat(signature(Map.of("AZURE_STORAGE_KEY", KEY, "AZURE_STORAGE_ACCOUNT", "ours")))
                .startsWith("SharedKey ours:");
        assertThat(signature(Map.of("AZURE_STORAGE_SAS_TOKEN", SAS))).isEqualTo("SAS");
    }

    @Test
    void theConnectionStringComesFirst() {
        assertThat(signature(Map.of(
                        "AZURE_STORAGE_CONNECTION_STRING",
                        "AccountName=ours;SharedAccessSignature=" + SAS,
                        "AZURE_STORAGE_KEY",
                        KEY)))
                .isEqualTo("SAS");
        assertThat(signature(Map.of(
                        "AZURE_STORAGE_CONNECTION_STRING",
                        "BlobEndpoint=https://ours.blob.core.windows.net/;SharedAccessSignature=" + SAS)))
                .isEqualTo("SAS");
    }

    @Test
    void whatIsForAnotherAccountIsPassedOver() {
        assertThat(signature(Map.of(
                        "AZURE_STORAGE_CONNECTION_STRING",
                        "AccountName=theirs;AccountKey=" + OTHER_KEY,
                        "AZURE_STORAGE_KEY",
                        KEY)))
                .startsWith("SharedKey ours:");
    }

    @ParameterizedTest
    @CsvSource({
        "AZURE_STORAGE_KEY, hush hush!",
        "AZURE_STORAGE_CONNECTION_STRING, AccountName=ours;AccountKey=hush hush!"
    })
    void aKeyThatIsNoneIsRefusedAndNotRepeated(String name, String value) {
        assertThatThrownBy(() -> signature(Map.of(name, value)))
                .isInstanceOf(UsageError.class)
                .hasMessageNotContaining("hush");
    }

    @Test
    void aSharedAccessSignatureIsNotSentInTheClear() {
        Map<String, String> sas = Map.of("AZURE_STORAGE_SAS_TOKEN", SAS);
        assertThatThrownBy(() -> signature(sas, "http://blobs.example.com/ours"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("without TLS")
                .hasMessageNotContaining("hush");
        assertThat(signature(sas, "https://blobs.example.com/ours")).isEqualTo("SAS");
        assertThat(signature(Map.of("AZURE_STORAGE_KEY", KEY), "http://blobs.example.com/ours"))
                .startsWith("SharedKey ");
    }

    @Test
    void withoutAnyATokenIsWantedAndNotSentInTheClear() {
        assertThatThrownBy(() -> signature(Map.of()))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("without TLS");
        assertThatThrownBy(() -> signature(Map.of("AZURE_STORAGE_KEY", KEY, "AZURE_STORAGE_ACCOUNT", "theirs")))
                .isInstanceOf(UsageError.class);
    }
}
