package io.agentflow.dr.gcs;

import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.gax.retrying.RetrySettings;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.ServiceOptions;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.HttpStorageOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import java.io.IOException;
import java.time.Duration;

/**
 * Google's client, set up twice.
 *
 * @param requests tries every request again, also after a broken connection: all that af asks for may be asked twice
 * @param downloads leaves broken connections to {@link io.agentflow.dr.store.ResumingStream}, which gives up in the end
 */
record GcsClients(Storage requests, Storage downloads) implements AutoCloseable {
    private static final int ATTEMPTS = 6;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** The client would otherwise ask for one around the network; objects belong to buckets, not to projects. */
    private static final String NO_PROJECT = "none";

    /** @throws StoreUnreachable if credentials are needed and there are none */
    static GcsClients of(ObjectStore store, GcsOptions options) {
        HttpStorageOptions.Builder builder = StorageOptions.http()
                .setCredentials(credentials(store, options))
                .setProjectId(NO_PROJECT)
                .setTransportOptions(transport(options))
                .setRetrySettings(RetrySettings.newBuilder()
                        .setMaxAttempts(ATTEMPTS)
                        .setInitialRetryDelayDuration(Duration.ofMillis(200))
                        .setRetryDelayMultiplier(2)
                        .setMaxRetryDelayDuration(Duration.ofSeconds(3))
                        // Attempts are counted: six of them may take long where the network is slow.
                        .setTotalTimeoutDuration(Duration.ofDays(1))
                        .build());
        if (options.endpoint() != null) {
            builder.setHost(options.endpoint().toString());
        }
        if (options.project() != null) {
            builder.setQuotaProjectId(options.project());
        }
        return new GcsClients(
                builder.setStorageRetryStrategy(StorageRetryStrategy.getUniformStorageRetryStrategy())
                        .build()
                        .getService(),
                builder.setStorageRetryStrategy(new AnsweredOnly()).build().getService());
    }

    private static Credentials credentials(ObjectStore store, GcsOptions options) {
        if (options.loopback()) {
            return NoCredentials.getInstance();
        }
        try {
            return GoogleCredentials.getApplicationDefault();
        } catch (IOException e) {
            boolean named = String.valueOf(e.getMessage()).contains("GOOGLE_APPLICATION_CREDENTIALS");
            throw StoreUnreachable.lasting(
                    store,
                    "cannot be used without credentials, and "
                            + (named
                                    ? "the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be read"
                                    : "none were found"),
                    "Give them as Google's own tools take them: GOOGLE_APPLICATION_CREDENTIALS,"
                            + " gcloud auth application-default login, or a machine with a service account.",
                    e);
        }
    }

    private static HttpTransportOptions transport(GcsOptions options) {
        HttpTransportOptions.Builder builder = HttpTransportOptions.newBuilder()
                .setConnectTimeout((int) CONNECT.toMillis())
                .setReadTimeout((int) options.timeout().toMillis());
        return new BoundedSending(builder, (int) options.sending().toMillis());
    }

    /** Also limits how long a request may take to be sent, which the client's own options leave open. */
    private static final class BoundedSending extends HttpTransportOptions {
        private static final long serialVersionUID = 1L;

        private final int sendingMillis;

        BoundedSending(Builder builder, int sendingMillis) {
            super(builder);
            this.sendingMillis = sendingMillis;
        }

        @Override
        public HttpRequestInitializer getHttpRequestInitializer(ServiceOptions<?, ?> service) {
            HttpRequestInitializer all = super.getHttpRequestInitializer(service);
            return request -> {
                all.initialize(request);
                request.setWriteTimeout(sendingMillis);
            };
        }

        @Override
        public boolean equals(Object other) {
            return super.equals(other) && other instanceof BoundedSending same && same.sendingMillis == sendingMillis;
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }

    @Override
    public void close() {
        try (requests;
                downloads) {
            // Both have nothing to finish.
            return;
        } catch (Exception e) {
            throw new IllegalStateException("Google's client cannot be closed", e);
        }
    }
}
