package io.agentflow.dr.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Configuration;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreKind;
import io.agentflow.dr.store.StoreUri;
import java.time.Clock;
import java.time.Duration;

/** Opens stores such as {@code azure://container/prefix?account=drbackups}. */
public final class AzureKind implements StoreKind {
    private static final int ATTEMPTS = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** What Azure gives at most. */
    private static final int NAMES_A_PAGE = 5_000;

    private final Configuration settings;
    private final int namesAPage;

    /** Credentials come from the environment. */
    public AzureKind() {
        this(Configuration.getGlobalConfiguration(), NAMES_A_PAGE);
    }

    /**
     * Another one than the installed af has.
     *
     * @param settings where credentials come from
     * @param namesAPage how many names one request for a list may bring
     */
    public AzureKind(Configuration settings, int namesAPage) {
        this.settings = settings;
        this.namesAPage = namesAPage;
    }

    @Override
    public String scheme() {
        return "azure";
    }

    @Override
    public ObjectStore open(StoreUri uri, Clock clock) {
        AzureOptions options = AzureOptions.of(uri);
        HttpClient http = http(options);
        BlobServiceClientBuilder client = new BlobServiceClientBuilder()
                .endpoint(options.endpoint().toString())
                .httpClient(http)
                .configuration(settings)
                .retryOptions(attempts(ATTEMPTS));
        new AzureCredentials(settings, options).applyTo(client, http);
        return new AzureStore(
                uri,
                options,
                client.buildClient().getBlobContainerClient(uri.place()),
                // Over the JDK's client the library reads an error's answer to a download twice, and fails:
                // ResumingStream tries again.
                client.retryOptions(attempts(1)).buildAsyncClient().getBlobContainerAsyncClient(uri.place()),
                namesAPage);
    }

    private static RequestRetryOptions attempts(int number) {
        return new RequestRetryOptions(
                RetryPolicyType.EXPONENTIAL, number, (Duration) null, FIRST_PAUSE, LONGEST_PAUSE, null);
    }

    /** Named, and not looked for on the class path: in a class loader of our own it would not be found. */
    private HttpClient http(AzureOptions options) {
        return new JdkHttpClientBuilder(
                        java.net.http.HttpClient.newBuilder().version(java.net.http.HttpClient.Version.HTTP_1_1))
                .configuration(settings)
                .connectionTimeout(CONNECT)
                .responseTimeout(options.timeout())
                .readTimeout(options.timeout())
                .writeTimeout(options.timeout())
                .build();
    }
}
