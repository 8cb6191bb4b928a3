package io.agentflow.dr.daemon;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Tells health and metrics over HTTP: {@code /observe/health} (503 when down), {@code /observe/health/live},
 * {@code /observe/metrics}. It reads only, has no secrets to tell, and listens on the loopback address by default.
 */
public final class ManagementServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int THREADS = 8;

    static {
        // Seconds that a client may take for its request, and for taking the answer: without these, a few that never
        // end
        // theirs would leave no thread for anybody else. Read when the first server is made.
        System.setProperty("sun.net.httpserver.maxReqTime", "5");
        System.setProperty("sun.net.httpserver.maxRspTime", "30");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Health health;
    private final Meters meters;

    /** @throws Refused if the port is taken */
    public ManagementServer(String host, int port, Health health, Meters meters) {
        this.health = health;
        this.meters = meters;
        try {
            this.server = HttpServer.create(new InetSocketAddress(host, port), 16);
        } catch (IOException e) {
            throw new Refused(
                    "af.management.port " + port + " at " + host + " cannot be listened on: " + e.getMessage(),
                    "Give another port, or end what listens there.",
                    e);
        }
        server.createContext(
                "/observe/health/live", exchange -> answer(exchange, 200, "application/json", "{\"status\":\"UP\"}"));
        server.createContext("/observe/health", this::health);
        server.createContext(
                "/observe/metrics",
                exchange -> answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", meters().scrape()));
        server.setExecutor(threads);
        server.start();
    }

    private Meters meters() {
        return meters;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void health(HttpExchange exchange) throws IOException {
        List<Health.Check> checks = health.checks();
        boolean up = checks.stream().allMatch(Health.Check::up);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("status", up ? "UP" : "DOWN");
        document.put("checks", checks.stream().map(Health.Check::fields).toList());
        answer(exchange, up ? 200 : 503, "application/json", JSON.writeValueAsString(document));
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        try (exchange) {
            boolean reads = exchange.getRequestMethod().matches("GET|HEAD");
            byte[] bytes = (reads ? text : "").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            boolean empty = !reads || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(reads ? status : 405, empty ? -1 : bytes.length);
            if (!empty) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
