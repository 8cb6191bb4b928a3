package io.agentflow.dr.s3;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreKind;
import io.agentflow.dr.store.StoreUri;
import java.time.Clock;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Opens stores such as {@code s3://bucket/prefix?region=eu-central-1}. */
public final class S3Kind implements StoreKind {
    private static final int CONNECTIONS = 64;
    private static final int ATTEMPTS = 6;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    public ObjectStore open(StoreUri uri, Clock clock) {
        S3Options options = S3Options.of(uri);
        return new S3Store(uri, options, client(options, region(uri, options)), clock);
    }

    private static Region region(StoreUri uri, S3Options options) {
        if (options.region() != null) {
            return Region.of(options.region());
        }
        if (options.endpoint() != null) {
            // A server that is not AWS's signs with whatever region both sides name.
            return Region.US_EAST_1;
        }
        try {
            return DefaultAwsRegionProviderChain.builder()
                    .profileName(options.profile())
                    .build()
                    .getRegion();
        } catch (SdkClientException e) {
            throw new UsageError(
                    "the store " + uri + " needs a region, and none was found",
                    "Add ?region=… to its URI, or set AWS_REGION.",
                    e);
        }
    }

    private static S3Client client(S3Options options, Region region) {
        return S3Client.builder()
                .httpClientBuilder(Apache5HttpClient.builder()
                        .maxConnections(CONNECTIONS)
                        .connectionTimeout(CONNECT)
                        .connectionAcquisitionTimeout(options.timeout())
                        .socketTimeout(options.timeout())
                        .tcpKeepAlive(true))
                .credentialsProvider(credentials(options))
                .overrideConfiguration(all -> all.retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS)
                                .build())
                        .apiCallAttemptTimeout(options.timeout()))
                // Every upload names its own SHA-256; what the client would add of itself many servers do not know.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .region(region)
                .endpointOverride(options.endpoint())
                .forcePathStyle(options.pathStyle())
                .build();
    }

    private static DefaultCredentialsProvider credentials(S3Options options) {
        DefaultCredentialsProvider.Builder chain = DefaultCredentialsProvider.builder();
        return options.profile() == null
                ? chain.build()
                : chain.profileName(options.profile()).build();
    }
}
