package io.agentflow.dr.testing;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Configuration;
import com.azure.core.util.ConfigurationBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.common.StorageSharedKeyCredential;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Azurite, Microsoft's emulator, which checks signatures and conditions. Started once a run, on a free loopback port. */
public final class AzureServer {
    public static final String ACCOUNT = "drbackups";
    /** As Azure makes them: 64 bytes in base64, with all that may trip up whoever quotes it. */
    public static final String KEY =
            "+/+/PiBzZWNyZXQgb2YgYSBzdG9yYWdlIGFjY291bnQsIHNpeHR5LWZvdXIgYnl0ZXMgYXMgQXp1cmUgaGFzIQ==";

    public static final String CONTAINER = "dr-backups";

    private static final class Shared {
        static final AzureServer SERVER = start();
    }

    private final int port;
    private final BlobContainerClient client;

    private AzureServer(int port) {
        this.port = port;
        this.client = new BlobServiceClientBuilder()
                .endpoint("http://127.0.0.1:" + port + "/" + ACCOUNT)
                .credential(new StorageSharedKeyCredential(ACCOUNT, KEY))
                .httpClient(new JdkHttpClientBuilder().build())
                .buildClient()
                .getBlobContainerClient(CONTAINER);
    }

    public static AzureServer shared() {
        return Shared.SERVER;
    }

    private static AzureServer start() {
        try {
            Path folder = Files.createTempDirectory("af-azure-");
            int port = Port.free();
            ProcessBuilder azurite = new ProcessBuilder(
                            "node",
                            program(),
                            "--blobHost",
                            "127.0.0.1",
                            "--blobPort",
                            String.valueOf(port),
                            "--location",
                            folder.toString(),
                            "--silent",
                            "--skipApiVersionCheck",
                            "--disableTelemetry")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile());
            azurite.environment().put("AZURITE_ACCOUNTS", ACCOUNT + ":" + KEY);
            Process process = azurite.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            Port.awaitListener(port, "Azurite, see " + folder.resolve("log"));
            AzureServer server = new AzureServer(port);
            server.client().create();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String program() throws IOException {
        Process asked = new ProcessBuilder(Project.file("scripts/azurite.sh").toString(), "program").start();
        String program = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (program.isBlank()) {
            throw new IOException("no Azurite here: run scripts/test.sh, or scripts/azurite.sh fetch");
        }
        return program.strip();
    }

    public int port() {
        return port;
    }

    /** A store in the container, below a prefix. */
    public String uri(String prefix, String... options) {
        return uri(port, prefix, options);
    }

    /** The same by way of a proxy. */
    public static String uri(int port, String prefix, String... options) {
        return "azure://" + CONTAINER + "/" + prefix + "?endpoint=http://127.0.0.1:" + port + "/" + ACCOUNT
                + String.join("", Stream.of(options).map(o -> "&" + o).toList());
    }

    /** The client with nothing of ours in it. */
    public BlobContainerClient client() {
        return client;
    }

    /** The names of all blobs below a prefix, without it; also of those of which there are but blocks, if so wanted. */
    public List<String> blobs(String prefix, boolean uncommitted) {
        return client()
                .listBlobs(
                        new ListBlobsOptions()
                                .setPrefix(prefix + "/")
                                .setDetails(new BlobListDetails().setRetrieveUncommittedBlobs(uncommitted)),
                        null)
                .stream()
                .map(BlobItem::getName)
                .map(name -> name.substring(prefix.length() + 1))
                .toList();
    }

    /** What Azure's tools take their credentials from. */
    public static Map<String, String> environment() {
        return Map.of("AZURE_STORAGE_ACCOUNT", ACCOUNT, "AZURE_STORAGE_KEY", KEY);
    }

    /** The same, or something else, for a store that is opened in this process. Nothing of this process's own comes along. */
    public static Configuration settings(Map<String, String> environment) {
        return new ConfigurationBuilder(path -> Map.of(), path -> Map.of(), path -> environment).build();
    }
}
