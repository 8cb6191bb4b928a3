import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;

/**
 * Answers as a bucket of S3 would, from memory and without a look at signatures: archive-classes.sh runs af against it to
 * see which classes that takes. No test uses it. Usage: java AnswerS3.java PORT-FILE
 */
public class AnswerS3 {
    private record Stored(byte[] bytes, String sha256, String upload) {}

    private static final Map<String, Stored> OBJECTS = new ConcurrentSkipListMap<>();

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", AnswerS3::answer);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        Path file = Path.of(arguments[0]);
        Path written = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), "" + server.getAddress().getPort());
        Files.move(written, file);
    }

    private static void answer(HttpExchange call) throws IOException {
        String path = call.getRequestURI().getPath();
        byte[] sent = call.getRequestBody().readAllBytes();
        Stored there = OBJECTS.get(path);
        switch (call.getRequestMethod()) {
            case "PUT" -> {
                OBJECTS.put(path, new Stored(sent, header(call, "x-amz-meta-af-sha256"), header(call, "x-amz-meta-af-upload")));
                send(call, 200, new byte[0]);
            }
            case "DELETE" -> {
                OBJECTS.remove(path);
                send(call, 204, new byte[0]);
            }
            default -> {
                if (call.getRequestURI().getQuery() != null && path.indexOf('/', 1) < 0) {
                    call.getResponseHeaders().set("Content-Type", "application/xml");
                    send(call, 200, page(path, call.getRequestURI().getRawQuery()));
                } else if (there == null) {
                    send(call, 404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8));
                } else {
                    call.getResponseHeaders().set("x-amz-meta-af-sha256", there.sha256);
                    call.getResponseHeaders().set("x-amz-meta-af-upload", there.upload);
                    call.getResponseHeaders().set("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT");
                    send(call, 200, there.bytes);
                }
            }
        }
    }

    private static String header(HttpExchange call, String name) {
        return String.valueOf(call.getRequestHeaders().getFirst(name));
    }

    private static byte[] page(String bucket, String query) {
        String prefix = query.replaceAll(".*\\bprefix=([^&]*).*", "$1").replace("%2F", "/");
        boolean uploads = query.contains("uploads");
        StringBuilder xml = new StringBuilder(uploads ? "<ListMultipartUploadsResult>" : "<ListBucketResult>");
        TreeSet<String> folders = new TreeSet<>();
        OBJECTS.forEach((path, stored) -> {
            String key = path.substring(bucket.length() + 1);
            int slash = key.indexOf('/', prefix.length());
            if (uploads || !key.startsWith(prefix)) {
                return;
            }
            if (query.contains("delimiter") && slash > 0) {
                folders.add(key.substring(0, slash + 1));
            } else {
                xml.append("<Contents><Key>" + key + "</Key><LastModified>2026-11-23T00:00:00.000Z</LastModified><ETag>\"0\"</ETag><Size>"
                        + stored.bytes.length + "</Size><StorageClass>STANDARD</StorageClass></Contents>");
            }
        });
        folders.forEach(folder -> xml.append("<CommonPrefixes><Prefix>" + folder + "</Prefix></CommonPrefixes>"));
        return xml.append("<IsTruncated>false</IsTruncated>")
                .append(uploads ? "</ListMultipartUploadsResult>" : "</ListBucketResult>")
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange call, int status, byte[] body) throws IOException {
        boolean head = call.getRequestMethod().equals("HEAD");
        if (head && status == 200) {
            call.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
        }
        call.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        try (OutputStream out = call.getResponseBody()) {
            if (!head) {
                out.write(body);
            }
        }
    }
}
