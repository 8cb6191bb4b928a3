package io.agentflow.dr.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * As much of the JSON API of Google Cloud Storage as af uses, after Google's reference of it: no server that speaks it can
 * be had. It is strict: what it does not know it refuses, parameters too, and it refuses what Google does: a name that is
 * taken (412), a checksum that is wrong (400), a chunk that is neither the last nor a multiple of 256 KiB (400), one that
 * begins behind what has come (503), a page beyond 1,000. Objects are files, for tests that damage them.
 */
public final class GcsServer {
    public static final String BUCKET = "dr-backups";

    private static final int UNIT = 256 * 1024;
    private static final int MOST_OF_A_PAGE = 1000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern RANGE = Pattern.compile("bytes (?:(\\d+)-(\\d+)|\\*)/(\\d+|\\*)");
    private static final Pattern BOUNDARY = Pattern.compile("multipart/related; boundary=\"?([^\";]+)\"?");

    private static final class Shared {
        static final GcsServer SERVER = start();
    }

    /** What Google answers when it does not do what it was asked. */
    private static final class Answer extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String reason;

        Answer(int status, String reason, String message) {
            super(message);
            this.status = status;
            this.reason = reason;
        }
    }

    /** What is known of an object beside its bytes. */
    private record Stored(JsonNode described, String crc32c, long generation, Instant at) {}

    /** An upload that was begun and may come to an end. */
    private record Session(JsonNode described, boolean mustBeNew, Path file) {}

    private final HttpServer server;
    private final Path folder;
    private final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Map<String, String> finished = new ConcurrentHashMap<>();
    private final Set<String> held = ConcurrentHashMap.newKeySet();
    private final AtomicLong generations = new AtomicLong(1_700_000_000_000_000L);

    private GcsServer(HttpServer server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    public static GcsServer shared() {
        return Shared.SERVER;
    }

    private static GcsServer start() {
        try {
            // Each small answer would otherwise wait for an acknowledgement.
            System.setProperty("sun.net.httpserver.nodelay", "true");
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
            GcsServer server = new GcsServer(http, Files.createTempDirectory("af-gcs-"));
            http.createContext("/", server::answer);
            http.setExecutor(Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "gcs-server");
                thread.setDaemon(true);
                return thread;
            }));
            http.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** A store in the bucket, below a prefix. */
    public String uri(String prefix, String... options) {
        return uri(port(), prefix, options);
    }

    /** The same by way of a proxy. */
    public static String uri(int port, String prefix, String... options) {
        return "gs://" + BUCKET + "/" + prefix + "?endpoint=http://127.0.0.1:" + port
                + String.join("", List.of(options).stream().map(o -> "&" + o).toList());
    }

    /** The file that holds an object's bytes, for a test that damages them. */
    public Path file(String name) {
        return folder.resolve("objects").resolve(name.replaceFirst("/$", "%2F"));
    }

    /** The names of all objects below a prefix, without it. */
    public List<String> names(String prefix) {
        return objects.keySet().stream()
                .filter(name -> name.startsWith(prefix + "/"))
                .map(name -> name.substring(prefix.length() + 1))
                .toList();
    }

    /** Stores an object past the protocol. */
    public void put(String name, byte[] content) {
        try {
            Path file = Files.createTempFile(folder, "put-", "");
            Files.write(file, content);
            keep(JSON.createObjectNode().put("name", name), file, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Answer e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The names of what is being uploaded in chunks below a prefix. */
    public List<String> unfinished(String prefix) {
        return sessions.values().stream()
                .map(session -> session.described().path("name").asText())
                .filter(name -> name.startsWith(prefix + "/"))
                .toList();
    }

    /** Sets or lifts a hold: as long as it is set, the object is neither deleted nor overwritten. */
    public void hold(String name, boolean on) {
        if (on) {
            held.add(name);
        } else {
            held.remove(name);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Query query = new Query(exchange);
            try {
                dispatch(exchange, query);
            } catch (Answer e) {
                refuse(exchange, e);
            }
        }
    }

    private void dispatch(HttpExchange exchange, Query query) throws IOException, Answer {
        String path = exchange.getRequestURI().getRawPath();
        String call = exchange.getRequestMethod() + " " + path.replaceFirst("/b/[^/]+/o", "/b/*/o");
        query.ignore("projection", "prettyPrint", "fields");
        String bucket = path.replaceFirst(".*/b/([^/]+)/o.*", "$1");
        if (!call.startsWith("PUT ") && !bucket.equals(BUCKET)) {
            throw new Answer(404, "notFound", "The specified bucket does not exist.");
        }
        String name = URLDecoder.decode(path.replaceFirst(".*/o/?", "").replace("+", "%2B"), StandardCharsets.UTF_8);
        switch (call.replaceFirst("/o/.+", "/o/*")) {
            case "GET /storage/v1/b/*/o" -> list(exchange, query);
            case "GET /storage/v1/b/*/o/*" -> get(exchange, name, query);
            case "GET /download/storage/v1/b/*/o/*" -> get(exchange, name, query);
            case "DELETE /storage/v1/b/*/o/*" -> delete(exchange, name, query);
            case "POST /upload/storage/v1/b/*/o" -> {
                if (query.take("uploadType", "").equals("multipart")) {
                    insert(exchange, query);
                } else {
                    begin(exchange, query);
                }
            }
            case "PUT /upload/storage/v1/b/*/o" -> chunk(exchange, query);
            default -> throw new Answer(404, "notFound", "no such call: " + call);
        }
    }

    /** The parameters of a request. All must be known. */
    private static final class Query {
        private final Map<String, String> left = new TreeMap<>();

        Query(HttpExchange exchange) {
            String query = exchange.getRequestURI().getRawQuery();
            for (String pair : query == null ? new String[0] : query.split("&")) {
                String[] parts = pair.split("=", 2);
                left.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }

        String take(String name, String otherwise) {
            String value = left.remove(name);
            return value == null ? otherwise : value;
        }

        void ignore(String... names) {
            left.keySet().removeAll(List.of(names));
        }

        void requireNoOther() throws Answer {
            if (!left.isEmpty()) {
                throw new Answer(400, "invalid", "unknown parameters: " + left);
            }
        }

        /** A condition on what is there, of which only one is known. */
        boolean mustBeNew() throws Answer {
            String generation = take("ifGenerationMatch", "");
            if (!generation.isEmpty() && !generation.equals("0")) {
                throw new Answer(400, "invalid", "ifGenerationMatch=" + generation);
            }
            return !generation.isEmpty();
        }
    }

    private void list(HttpExchange exchange, Query query) throws IOException, Answer {
        String prefix = query.take("prefix", "");
        String delimiter = query.take("delimiter", "");
        String from = query.take("startOffset", "");
        String token = query.take("pageToken", "");
        int most = Math.min(MOST_OF_A_PAGE, Integer.parseInt(query.take("maxResults", "1000")));
        query.requireNoOther();
        String after = token.isEmpty() ? "" : new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
        ObjectNode page = JSON.createObjectNode().put("kind", "storage#objects");
        ArrayNode items = JSON.createArrayNode();
        Set<String> prefixes = new TreeSet<>();
        String last = "";
        for (String name :
                objects.tailMap(from.compareTo(prefix) > 0 ? from : prefix).keySet()) {
            if (!name.startsWith(prefix)) {
                break;
            }
            int end = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
            String shown = end < 0 ? name : name.substring(0, end + delimiter.length());
            if (shown.compareTo(after) <= 0 || prefixes.contains(shown)) {
                continue;
            }
            if (items.size() + prefixes.size() == most) {
                page.put("nextPageToken", Base64.getEncoder().encodeToString(last.getBytes(StandardCharsets.UTF_8)));
                break;
            }
            last = shown;
            if (end >= 0) {
                prefixes.add(shown);
            } else if (objects.get(name) != null) {
                items.add(resource(name, objects.get(name)));
            }
        }
        // As Google does: what is empty is left out.
        if (!items.isEmpty()) {
            page.set("items", items);
        }
        if (!prefixes.isEmpty()) {
            page.set("prefixes", JSON.valueToTree(prefixes));
        }
        reply(exchange, 200, page);
    }

    private ObjectNode resource(String name, Stored stored) throws IOException {
        ObjectNode resource = stored.described().deepCopy();
        return resource.put("kind", "storage#object")
                .put("name", name)
                .put("bucket", BUCKET)
                .put("id", BUCKET + "/" + name + "/" + stored.generation())
                .put("generation", String.valueOf(stored.generation()))
                .put("metageneration", "1")
                .put("size", String.valueOf(Files.size(file(name))))
                .put("crc32c", stored.crc32c())
                .put("timeCreated", stored.at().toString())
                .put("updated", stored.at().toString());
    }

    private Stored existing(String name) throws Answer {
        Stored stored = objects.get(name);
        if (stored == null) {
            throw new Answer(404, "notFound", "No such object: " + BUCKET + "/" + name);
        }
        return stored;
    }

    private void get(HttpExchange exchange, String name, Query query) throws IOException, Answer {
        String alt = query.take("alt", "json");
        query.requireNoOther();
        Stored stored = existing(name);
        if (alt.equals("json")) {
            reply(exchange, 200, resource(name, stored));
            return;
        }
        Path file = file(name);
        long size = Files.size(file);
        String range = exchange.getRequestHeaders().getFirst("Range");
        long from = 0;
        if (range != null) {
            if (!range.matches("bytes=\\d+-")) {
                throw new Answer(400, "invalid", "range " + range);
            }
            from = Long.parseLong(range.replaceAll("\\D", ""));
            if (from >= size) {
                throw new Answer(416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
            }
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (size - 1) + "/" + size);
        }
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.getResponseHeaders().set("X-Goog-Generation", String.valueOf(stored.generation()));
        exchange.sendResponseHeaders(range == null ? 200 : 206, size == from ? -1 : size - from);
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(from);
            in.transferTo(exchange.getResponseBody());
        }
    }

    private void delete(HttpExchange exchange, String name, Query query) throws IOException, Answer {
        query.requireNoOther();
        existing(name);
        requireFree(name);
        synchronized (objects) {
            objects.remove(name);
            Files.deleteIfExists(file(name));
        }
        exchange.sendResponseHeaders(204, -1);
    }

    private void requireFree(String name) throws Answer {
        if (held.contains(name)) {
            throw new Answer(
                    403,
                    "objectUnderActiveHold",
                    "Object '" + BUCKET + "/" + name
                            + "' is under active Temporary hold and cannot be deleted, overwritten or archived until hold is removed.");
        }
    }

    /** A whole object in one request: its description and its bytes. */
    private void insert(HttpExchange exchange, Query query) throws IOException, Answer {
        boolean mustBeNew = query.mustBeNew();
        query.requireNoOther();
        if (exchange.getRequestHeaders().containsKey("Content-Encoding")) {
            throw new Answer(400, "invalid", "what is compressed already was compressed again");
        }
        Matcher boundary = BOUNDARY.matcher(exchange.getRequestHeaders().getFirst("Content-Type"));
        if (!boundary.matches()) {
            throw new Answer(400, "badContent", "not multipart/related");
        }
        // Each byte as one character.
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
        String[] parts = body.split(Pattern.quote("--" + boundary.group(1)), -1);
        if (parts.length != 4 || !parts[0].isEmpty() || !parts[3].startsWith("--")) {
            throw new Answer(400, "badContent", "not two parts");
        }
        JsonNode described = JSON.readTree(part(parts[1]));
        Path file = Files.createTempFile(folder, "insert-", "");
        Files.write(file, part(parts[2]));
        reply(exchange, 200, keep(described, file, mustBeNew));
    }

    private static byte[] part(String text) {
        int begin = text.indexOf("\r\n\r\n") + 4;
        return text.substring(begin, text.length() - 2).getBytes(StandardCharsets.ISO_8859_1);
    }

    private void begin(HttpExchange exchange, Query query) throws IOException, Answer {
        boolean mustBeNew = query.mustBeNew();
        String name = query.take("name", "");
        query.requireNoOther();
        JsonNode described = JSON.readTree(exchange.getRequestBody());
        if (!name.equals(described.path("name").asText(name))) {
            throw new Answer(400, "invalid", "two names");
        }
        String id = UUID.randomUUID().toString();
        sessions.put(id, new Session(described, mustBeNew, Files.createTempFile(folder, "session-", "")));
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        // The proxy that a request came through is named by it.
                        "http://" + exchange.getRequestHeaders().getFirst("Host") + "/upload/storage/v1/b/" + BUCKET
                                + "/o?uploadType=resumable&name=" + name.replace("/", "%2F") + "&upload_id=" + id);
        exchange.sendResponseHeaders(200, -1);
    }

    private void chunk(HttpExchange exchange, Query query) throws IOException, Answer {
        String id = query.take("upload_id", "");
        query.ignore("uploadType", "name");
        query.requireNoOther();
        if (finished.containsKey(id)) {
            drain(exchange);
            String name = finished.get(id);
            reply(exchange, 200, resource(name, existing(name)));
            return;
        }
        Session session = sessions.get(id);
        if (session == null) {
            drain(exchange);
            throw new Answer(410, "gone", "the upload is over");
        }
        synchronized (session.file()) {
            Matcher range =
                    RANGE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Content-Range")));
            if (!range.matches()) {
                drain(exchange);
                throw new Answer(400, "invalid", "no Content-Range");
            }
            boolean last = !range.group(3).equals("*");
            if (range.group(1) != null) {
                receive(exchange, session, Long.parseLong(range.group(1)), Long.parseLong(range.group(2)), last);
            }
            long there = Files.size(session.file());
            if (last && there == Long.parseLong(range.group(3))) {
                ObjectNode kept = finish(id, session);
                reply(exchange, 200, kept);
                return;
            }
            if (there > 0) {
                exchange.getResponseHeaders().set("Range", "bytes=0-" + (there - 1));
            }
            exchange.sendResponseHeaders(308, -1);
        }
    }

    private ObjectNode finish(String id, Session session) throws IOException, Answer {
        try {
            ObjectNode kept = keep(session.described(), session.file(), session.mustBeNew());
            finished.put(id, kept.path("name").asText());
            return kept;
        } finally {
            sessions.remove(id);
        }
    }

    private static void drain(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
    }

    /** Of a chunk that breaks off, whole units are kept. */
    private static void receive(HttpExchange exchange, Session session, long from, long to, boolean last)
            throws IOException, Answer {
        long there = Files.size(session.file());
        if (from > there || !last && (to + 1 - from) % UNIT != 0) {
            drain(exchange);
            throw from > there
                    ? new Answer(503, "backendError", "According to the Content-Range header, it is ahead")
                    : new Answer(400, "invalid", "not a multiple of 256 KiB");
        }
        try (RandomAccessFile file = new RandomAccessFile(session.file().toFile(), "rw")) {
            file.seek(from);
            byte[] buffer = new byte[64 * 1024];
            InputStream in = exchange.getRequestBody();
            try {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    file.write(buffer, 0, count);
                }
            } finally {
                if (file.getFilePointer() != to + 1) {
                    file.setLength(file.getFilePointer() / UNIT * UNIT);
                }
            }
        }
    }

    /** The moment in which an object comes into being. */
    private ObjectNode keep(JsonNode described, Path file, boolean mustBeNew) throws IOException, Answer {
        String name = described.path("name").asText();
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > 1024 || name.matches("(?s).*[\r\n].*")) {
            throw new Answer(400, "invalid", "the name");
        }
        String crc = crc32c(file);
        if (!described.path("crc32c").asText(crc).equals(crc)) {
            Files.delete(file);
            throw new Answer(400, "invalid", "Provided CRC32C does not match calculated CRC32C \"" + crc + "\".");
        }
        synchronized (objects) {
            if (mustBeNew && objects.containsKey(name)) {
                throw new Answer(
                        412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
            }
            requireFree(name);
            Files.createDirectories(file(name).getParent());
            Files.move(file, file(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            Stored stored = new Stored(described, crc, generations.incrementAndGet(), Instant.now());
            objects.put(name, stored);
            return resource(name, stored);
        }
    }

    private static String crc32c(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[64 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                crc.update(buffer, 0, count);
            }
        }
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static void refuse(HttpExchange exchange, Answer answer) throws IOException {
        ObjectNode error = JSON.createObjectNode().put("code", answer.status).put("message", answer.getMessage());
        error.putArray("errors")
                .addObject()
                .put("domain", "global")
                .put("reason", answer.reason)
                .put("message", answer.getMessage());
        reply(exchange, answer.status, JSON.createObjectNode().set("error", error));
    }

    private static void reply(HttpExchange exchange, int status, @Nullable JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
