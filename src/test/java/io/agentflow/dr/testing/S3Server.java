package io.agentflow.dr.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** S3Proxy, which checks signatures and conditions, over a folder. Started once a run, on a free loopback port. */
public final class S3Server {
    public static final String ACCESS_KEY = "test-key";
    /** With everything that may trip up whoever quotes it. */
    public static final String SECRET_KEY = "s3cr+t/key=with%odd&chars";

    public static final String BUCKET = "dr-backups";

    private static final class Shared {
        static final S3Server SERVER = start();
    }

    private final int port;
    private final Path folder;

    private S3Server(int port, Path folder) {
        this.port = port;
        this.folder = folder;
    }

    public static S3Server shared() {
        return Shared.SERVER;
    }

    private static S3Server start() {
        try {
            Path folder = Files.createTempDirectory("af-s3-");
            Files.createDirectories(folder.resolve("objects").resolve(BUCKET));
            int port = freePort();
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
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx192m",
                            "-jar",
                            Project.file("target/servers/s3proxy.jar").toString(),
                            "--properties",
                            properties.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            await("S3Proxy on port " + port + ", see " + folder.resolve("log"))
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> answers(port));
            return new S3Server(port, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
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
