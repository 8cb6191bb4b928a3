package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.s3.S3Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What S3 has locked is left in peace. A server that says what S3 says of such objects stands in for it. */
class LockedBackupTest {
    private static final BackupId ID = new BackupId("20261123T025149Z-k3f9");
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    private final List<String> deleted = new CopyOnWriteArrayList<>();
    private final Map<String, Headers> stored = new ConcurrentHashMap<>();
    private final HttpServer server = server();

    @TempDir
    Path staging;

    private volatile Map<String, String> lock = Map.of();

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void start() {
        System.setProperty("aws.accessKeyId", "k");
        System.setProperty("aws.secretAccessKey", "s");
        server.createContext("/", exchange -> {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", "2");
                exchange.getResponseHeaders().set("Last-Modified", "Mon, 23 Nov 2026 02:51:49 GMT");
                lock.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
                exchange.sendResponseHeaders(200, -1);
            } else if (exchange.getRequestMethod().equals("DELETE")) {
                deleted.add(exchange.getRequestURI().getPath());
                exchange.sendResponseHeaders(204, -1);
            } else if (exchange.getRequestMethod().equals("PUT")) {
                exchange.getRequestBody().readAllBytes();
                stored.put(exchange.getRequestURI().getPath(), exchange.getRequestHeaders());
                exchange.sendResponseHeaders(200, -1);
            } else {
                byte[] none = ("<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>"
                                + "</ListBucketResult>")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/xml");
                exchange.sendResponseHeaders(200, none.length);
                exchange.getResponseBody().write(none);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    private StoreUri uri(String options) {
        return StoreUri.parse("s3://bucket/app?path-style=true&region=us-east-1&endpoint=http://127.0.0.1:"
                + server.getAddress().getPort() + options);
    }

    private BackupStore store() {
        StoreUri uri = uri("");
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        return new ObjectBackupStore(
                new S3Kind().open(uri, clock), uri, new DirectoryStore(staging, DirectoryPermissions.OWNER), clock);
    }

    @Test
    void aLockThatHasNotEndedAndALegalHoldAreToldAndNotFought() {
        lock = Map.of(
                "x-amz-object-lock-mode", "COMPLIANCE",
                "x-amz-object-lock-retain-until-date", "2027-11-23T00:00:00Z");
        assertThatThrownBy(() -> store().delete(ID))
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith("backup " + ID + " in s3://bucket/app")
                .hasMessageEndingWith(" is locked until 2027-11-23T00:00:00Z");

        lock = Map.of("x-amz-object-lock-legal-hold", "ON");
        assertThatThrownBy(() -> store().delete(ID)).hasMessageContaining("is under a legal hold");
        assertThat(deleted).isEmpty();
    }

    @Test
    void aLockThatHasEndedIsNone() {
        lock = Map.of(
                "x-amz-object-lock-mode", "GOVERNANCE",
                "x-amz-object-lock-retain-until-date", "2026-11-26T00:00:00Z");

        store().delete(ID);

        assertThat(deleted).anyMatch(path -> path.endsWith("/" + ID + "/manifest.json"));
    }

    /** S3 takes nothing under a lock that does not bring its checksum. */
    @Test
    void whatIsStoredBearsTheLockThatWasAskedForAndItsChecksum() {
        ObjectKey key = new ObjectKey(ID, new BackupPath("globals.sql.gz"));
        try (ObjectStore objects = new S3Kind()
                .open(uri("&object-lock-mode=governance&object-lock-days=30"), Clock.fixed(NOW, ZoneOffset.UTC))) {
            objects.put(key, ObjectContent.of(new byte[] {1, 2}));
            objects.mark(ID + ".head");
        }

        assertThat(stored.keySet()).containsExactlyInAnyOrder("/bucket/app/" + key, "/bucket/app/" + ID + ".head");
        assertThat(stored.values()).allSatisfy(headers -> {
            assertThat(headers.getFirst("x-amz-checksum-sha256")).isNotNull();
            assertThat(headers.getFirst("x-amz-object-lock-mode")).isEqualTo("GOVERNANCE");
            assertThat(headers.getFirst("x-amz-object-lock-retain-until-date")).startsWith("2026-12-27T12:00:00");
        });
    }
}
