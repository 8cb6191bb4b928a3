package io.agentflow.dr.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The network in front of an HTTP server, with faults in it: requests that are answered with an error, cut in the middle
 * or held up, answers that get lost. Hits the requests whose first line matches, so often as it is told.
 */
public final class HttpFaults implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");

    /** What happens to a request. */
    private interface Fault {
        /** @return false when the connection is at its end */
        boolean strike(Exchange exchange) throws IOException;
    }

    private record Rule(Pattern requests, AtomicInteger left, Fault fault) {}

    private final int serverPort;
    private final ServerSocket listener;
    private final List<Rule> rules = Collections.synchronizedList(new ArrayList<>());
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch struck = new CountDownLatch(1);

    private HttpFaults(int serverPort, ServerSocket listener) {
        this.serverPort = serverPort;
        this.listener = listener;
    }

    /** A proxy in front of this port that only passes requests on, until told otherwise. */
    public static HttpFaults before(int serverPort) {
        try {
            HttpFaults proxy = new HttpFaults(serverPort, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            daemon(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The first lines of all requests so far that match. */
    public List<String> requests(String regex) {
        Pattern pattern = Pattern.compile(regex);
        synchronized (requests) {
            return requests.stream().filter(r -> pattern.matcher(r).find()).toList();
        }
    }

    /** Answers with an error in S3's words, and in Azure's. */
    public HttpFaults answer(int times, String requests, int status, String code) {
        return rule(times, requests, exchange -> {
            exchange.discardBody();
            boolean bare = exchange.request.startsWith("HEAD ");
            String body = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>a fault</Message></Error>";
            exchange.reply("HTTP/1.1 " + status + " Fault\r\nx-ms-error-code: " + code
                    + "\r\nContent-Type: application/xml\r\nContent-Length: "
                    + (bare ? 0 : body.length()) + "\r\n\r\n" + (bare ? "" : body));
            return true;
        });
    }

    /** Drops the connection when so many bytes of the body have come. */
    public HttpFaults cutRequest(int times, String requests, long bytes) {
        return rule(times, requests, exchange -> {
            exchange.passRequest(bytes);
            return false;
        });
    }

    /** Drops the connection when so many bytes of the answer have gone. */
    public HttpFaults cutAnswer(int times, String requests, long bytes) {
        return rule(times, requests, exchange -> {
            exchange.passRequest(Long.MAX_VALUE);
            exchange.passAnswer(bytes);
            return false;
        });
    }

    /** Has the request carried out, and loses the answer. */
    public HttpFaults loseAnswer(int times, String requests) {
        return rule(times, requests, exchange -> {
            exchange.passRequest(Long.MAX_VALUE);
            exchange.awaitAnswer();
            return false;
        });
    }

    /** Passes so many bytes of the body on and then nothing any more, with the connection open. */
    public HttpFaults stall(int times, String requests, long bytes) {
        return rule(times, requests, exchange -> {
            exchange.passRequest(bytes);
            struck.countDown();
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        });
    }

    /** Waits until a stall holds a request. */
    public void awaitStall() throws InterruptedException {
        if (!struck.await(60, java.util.concurrent.TimeUnit.SECONDS)) {
            throw new IllegalStateException("nothing stalled; there were " + requests("."));
        }
    }

    /** Does nothing more to requests that come from now on. */
    public void heal() {
        rules.clear();
    }

    private HttpFaults rule(int times, String requests, Fault fault) {
        rules.add(new Rule(Pattern.compile(requests), new AtomicInteger(times), fault));
        return this;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "http-faults");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
            while (true) {
                String head = head(client.getInputStream());
                if (head.isEmpty()) {
                    return;
                }
                String first = head.substring(0, head.indexOf('\r'));
                requests.add(first);
                Exchange exchange = new Exchange(client, server, first, head);
                if (!fault(first).strike(exchange)) {
                    return;
                }
            }
        } catch (IOException e) {
            // One side has gone, and with the end of this method the other one goes too.
            return;
        }
    }

    private Fault fault(String request) {
        synchronized (rules) {
            for (Rule rule : rules) {
                if (rule.requests().matcher(request).find() && rule.left().getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                    return rule.fault();
                }
            }
        }
        return exchange -> {
            exchange.passRequest(Long.MAX_VALUE);
            exchange.passAnswer(Long.MAX_VALUE);
            return true;
        };
    }

    /** Everything up to the empty line, or nothing at the end of the connection. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int one = in.read(); one >= 0; one = in.read()) {
            head.write(one);
            if (one == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return "";
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request and its answer. */
    private static final class Exchange {
        private final Socket client;
        private final Socket server;
        private final String request;
        private final String head;
        private String refusal = "";

        Exchange(Socket client, Socket server, String request, String head) {
            this.client = client;
            this.server = server;
            this.request = request;
            this.head = head;
        }

        private static long length(String head) {
            Matcher length = LENGTH.matcher(head);
            return length.find() ? Long.parseLong(length.group(1)) : 0;
        }

        private boolean chunked() {
            return head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked");
        }

        private boolean waitsToContinue() {
            return head.toLowerCase(java.util.Locale.ROOT).contains("expect: 100-continue");
        }

        void discardBody() throws IOException {
            if (chunked()) {
                copyChunks(client.getInputStream(), OutputStream.nullOutputStream());
            } else if (!waitsToContinue()) {
                copy(client.getInputStream(), OutputStream.nullOutputStream(), length(head));
            }
        }

        void reply(String answer) throws IOException {
            client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            client.getOutputStream().flush();
        }

        void passRequest(long limit) throws IOException {
            server.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            if (waitsToContinue()) {
                server.getOutputStream().flush();
                String interim = HttpFaults.head(server.getInputStream());
                if (!interim.startsWith("HTTP/1.1 100")) {
                    // Answered without its body, which the client then keeps to itself.
                    refusal = interim;
                    return;
                }
                reply(interim);
            }
            if (chunked() && limit == Long.MAX_VALUE) {
                copyChunks(client.getInputStream(), server.getOutputStream());
            } else {
                copy(
                        client.getInputStream(),
                        server.getOutputStream(),
                        chunked() ? limit : Math.min(limit, length(head)));
            }
            server.getOutputStream().flush();
        }

        void awaitAnswer() throws IOException {
            answer(OutputStream.nullOutputStream(), Long.MAX_VALUE);
        }

        void passAnswer(long limit) throws IOException {
            answer(client.getOutputStream(), limit);
        }

        private void answer(OutputStream to, long limit) throws IOException {
            InputStream in = server.getInputStream();
            String answer = refusal.isEmpty() ? HttpFaults.head(in) : refusal;
            if (answer.isEmpty()) {
                throw new IOException("no answer");
            }
            to.write(answer.getBytes(StandardCharsets.ISO_8859_1));
            if (!request.startsWith("HEAD ")) {
                if (answer.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")) {
                    copyChunks(in, to);
                } else {
                    copy(in, to, Math.min(limit, length(answer)));
                }
            }
            to.flush();
        }

        private static void copyChunks(InputStream in, OutputStream to) throws IOException {
            while (true) {
                StringBuilder line = new StringBuilder();
                for (int one = in.read(); one >= 0; one = in.read()) {
                    line.append((char) one);
                    if (one == '\n') {
                        break;
                    }
                }
                to.write(line.toString().getBytes(StandardCharsets.ISO_8859_1));
                long size = Long.parseLong(line.toString().strip().split(";", 2)[0], 16);
                copy(in, to, size + 2);
                if (size == 0) {
                    return;
                }
            }
        }

        private static void copy(InputStream in, OutputStream to, long bytes) throws IOException {
            byte[] buffer = new byte[16 * 1024];
            for (long left = bytes; left > 0; ) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    throw new IOException("the other side has gone");
                }
                to.write(buffer, 0, count);
                left -= count;
            }
        }
    }
}
