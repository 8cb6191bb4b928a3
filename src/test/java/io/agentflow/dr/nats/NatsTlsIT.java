package io.agentflow.dr.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.testing.LocalNats;
import io.nats.client.Connection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with a real nats-server, whose certificate names localhost and nothing else, and which asks for ours. */
class NatsTlsIT {
    @TempDir
    static Path folder;

    private static LocalNats nats;

    @BeforeAll
    static void start() throws Exception {
        certificate("server");
        certificate("other");
        Files.writeString(folder.resolve("password"), "of the keystore\n");
        openssl("pkcs12 -export -in server.pem -inkey server.key -out ours.p12 -passout file:password");
        nats = LocalNats.secured(folder.resolve("nats"), folder.resolve("server.pem"), folder.resolve("server.key"));
    }

    @AfterAll
    static void end() {
        nats.close();
    }

    private static void certificate(String name) throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -addext subjectAltName=DNS:localhost -subj /CN=" + name
                + " -keyout " + name + ".key -out " + name + ".pem");
    }

    private static void openssl(String words) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words.split(" ")));
        Path log = folder.resolve("openssl.log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(log.toString()).isZero();
    }

    private static void connect(String host, @Nullable String authorities, boolean withOurs) throws Exception {
        NatsSettings settings = new NatsSettings(
                List.of("tls://" + host + ":" + nats.port()),
                "A",
                "a",
                "af",
                null,
                new NatsSettings.Access(null, null, null),
                new NatsSettings.Tls(
                        authorities == null ? null : folder.resolve(authorities),
                        withOurs ? folder.resolve("ours.p12") : null,
                        withOurs ? folder.resolve("password") : null));
        try (NatsLink link = new NatsLink(settings, line -> {})) {
            assertThat(link.open().getStatus()).isEqualTo(Connection.Status.CONNECTED);
        }
    }

    @Test
    void theServerThatWasMeantIsTalkedToByTls() throws Exception {
        connect("localhost", "server.pem", true);
    }

    @Test
    void aCertificateOfAnotherNameIsNotTaken() {
        assertThatThrownBy(() -> connect("127.0.0.1", "server.pem", true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1 found");
    }

    @Test
    void aCertificateThatNobodyTrustedHasSignedIsNotTaken() {
        assertThatThrownBy(() -> connect("localhost", "other.pem", true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("certification path");
        assertThatThrownBy(() -> connect("localhost", null, true)).isInstanceOf(IOException.class);
    }

    @Test
    void aServerThatAsksForOurCertificateLetsNobodyInWithoutIt() {
        assertThatThrownBy(() -> connect("localhost", "server.pem", false)).isInstanceOf(IOException.class);
    }

    @Test
    void aFileThatHoldsNoCertificateIsSaid() {
        assertThatThrownBy(() -> connect("localhost", "server.key", true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("certificates");
    }
}
