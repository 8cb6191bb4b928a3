package io.agentflow.dr.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManagementServerTest {
    @Test
    void clientsThatNeverEndTheirRequestKeepNobodyElseOut() throws Exception {
        Health health =
                new Health(List.of(), Clock.systemUTC(), Duration.ofHours(1), none -> Optional.empty(), List::of);
        List<Socket> half = new ArrayList<>();
        try (ManagementServer server =
                new ManagementServer("127.0.0.1", 0, health, new Meters(List.of(), Clock.systemUTC()))) {
            for (int i = 0; i < 20; i++) {
                half.add(halfRequest(server.port()));
            }
            HttpRequest live = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + server.port() + "/observe/health/live"))
                    .timeout(Duration.ofSeconds(60))
                    .build();

            assertThat(HttpClient.newHttpClient()
                            .send(live, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        } finally {
            for (Socket socket : half) {
                socket.close();
            }
        }
    }

    private static Socket halfRequest(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.getOutputStream().write("GET /observe/health HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }
}
