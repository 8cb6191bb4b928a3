package io.agentflow.dr.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/**
 * A server that speaks S3, on a free loopback port: S3Proxy, which checks signatures and conditions, or S3Mock, which
 * keeps checksums and versions. Each is started once a run.
 */
public final class S3Server {
    public static final String ACCESS_KEY = "test-key";
    /** With everything that may trip up whoever quotes it. */
    public static final String SECRET_KEY = "s3cr+t/key=with%odd&chars";

    public static final String BUCKET = "dr-backups";

    /** A bucket of S3Mock that keeps versions. Its lists show what was deleted, which those of S3 do not. */
    public static final String VERSIONED = "dr-versions";

    private static final class Shared {
        static final S3Server SERVER = startProxy();
    }

    private static final class Mock {
        static final S3Server SERVER = startMock();
    }

    private final int port;
    private final Path folder;

    private S3Server(int port, Path folder) {
        this.port = port;
        this.folder = folder;
    }

    /** S3Proxy: it checks signatures and conditions, and keeps neither versions nor checksums. */
    public static S3Server shared() {
        return Shared.SERVER;
    }

    /** S3Mock: it keeps checksums and versions, checks no signature, and conditions not among writers at once. */
    public static S3Server mock() {
        return Mock.SERVER;
    }

    private static S3Server startProxy() {
        int port = Port.free();
        try {
            Path folder = Files.createTempDirectory("af-s3-");
            Files.createDirectories(folder.resolve("objects").resolve(BUCKET));
            Path properties = Files.writeString(
                    folder.resolve("s3proxy.properties"),
                    String.join(
                            "\n",
                            "s3proxy.endpoint=http://127.0.0.1:" + port,
                            "s3proxy.authorization=aws-v2-or-v4",
                            "s3proxy.identity=" + ACCESS_KEY,
                            "s3proxy.credential=" + SECRET_KEY,
                            "jclouds.provider=filesystem-nio2",
                            "jclouds.filesystem.basedir=" + folder.resolve("objects"),
                            ""));
            return launched(port, folder, "s3proxy.jar", "--properties", properties.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static S3Server startMock() {
        try {
            int port = Port.free();
            S3Server server = launched(
                    port,
                    Files.createTempDirectory("af-s3mock-"),
                    "s3mock.jar",
                    "--server.address=127.0.0.1",
                    "--server.port=" + Port.free(),
                    "--com.adobe.testing.s3mock.http-port=" + port,
                    "--com.adobe.testing.s3mock.max-payload-size=32MB");
            try (S3Client client = server.client()) {
                client.createBucket(bucket -> bucket.bucket(BUCKET));
                client.createBucket(bucket -> bucket.bucket(VERSIONED));
                client.putBucketVersioning(bucket -> bucket.bucket(VERSIONED)
                        .versioningConfiguration(versions -> versions.status(BucketVersioningStatus.ENABLED)));
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static S3Server launched(int port, Path folder, String jar, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "-Xmx192m", "-jar", Project.file("target/servers/" + jar).toString()));
        all.addAll(List.of(arguments));
        Process process = OtherJvm.start(folder.resolve("log"), all);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Port.awaitListener(port, jar + ", see " + folder.resolve("log"));
        return new S3Server(port, folder);
    }

    public int port() {
        return port;
    }

    /** A store in the bucket, below a prefix. */
    public String uri(String prefix, String... options) {
        return uri(port, prefix, options);
    }

    /** The same by way of a proxy. */
    public static String uri(int port, String prefix, String... options) {
        return "s3://" + BUCKET + "/" + prefix + "?endpoint=http://127.0.0.1:" + port + "&path-style=true"
                + String.join("", List.of(options).stream().map(o -> "&" + o).toList());
    }

    /** The folder in which the objects below a prefix lie as files, for a test that damages them. */
    public Path objects(String prefix) {
        return folder.resolve("objects").resolve(BUCKET).resolve(prefix);
    }

    /** The client with nothing of ours in it. */
    public S3Client client() {
        return S3Client.builder()
                .httpClientBuilder(Apache5HttpClient.builder())
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                .build();
    }

    /** What AWS's tools take their credentials from. */
    public static Map<String, String> environment() {
        return Map.of("AWS_ACCESS_KEY_ID", ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    }
}
