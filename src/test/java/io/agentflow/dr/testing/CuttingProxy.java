package io.agentflow.dr.testing;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The network between af and the server, and what can happen to it: a cut, a reset, a stall. It strikes once, when a
 * session has moved so many bytes, so that the middle of a dump is always the middle.
 */
public final class CuttingProxy implements AutoCloseable {
    private static final int NAME_WITHIN = 4096;

    private record Gate(String statement, boolean passed, CountDownLatch reached) {}

    private enum Fault {
        CUT,
        RESET,
        STALL
    }

    private final int serverPort;
    private final ServerSocket listener;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicLong moved = new AtomicLong();
    private final AtomicBoolean struck = new AtomicBoolean();
    private final CountDownLatch strike = new CountDownLatch(1);
    private final Object stall = new Object();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean refusing;
    private String lastWord = "";
    private Fault fault = Fault.CUT;
    private String trigger = "no session is called like this";
    private long threshold = Long.MAX_VALUE;
    private String victims = "";
    private volatile @Nullable Gate gate;
    private long stallNanos;
    private long stalledUntil = System.nanoTime();

    private CuttingProxy(int serverPort, ServerSocket listener) {
        this.serverPort = serverPort;
        this.listener = listener;
    }

    /** A proxy in front of this cluster that does nothing but pass bytes on, until told otherwise. */
    public static CuttingProxy to(LocalPostgres cluster) {
        try {
            CuttingProxy proxy =
                    new CuttingProxy(cluster.port(), new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            daemon(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Strikes when sessions whose application name holds this text have moved so many bytes, in both directions. */
    public CuttingProxy when(String session, long bytes) {
        trigger = session;
        threshold = bytes;
        return this;
    }

    /** Hits only sessions whose application name holds this text, not all of them. */
    public CuttingProxy onlyAt(String session) {
        victims = session;
        return this;
    }

    /** Keeps the session that is about to run this statement waiting for good, before the server hears of it. */
    public CuttingProxy holdBefore(String statement) {
        gate = new Gate(statement, false, new CountDownLatch(1));
        return this;
    }

    /** Lets the server hear this statement, and the session that runs it never hear of its end. */
    public CuttingProxy holdAfter(String statement) {
        gate = new Gate(statement, true, new CountDownLatch(1));
        return this;
    }

    /** Waits until the statement has come. */
    public void awaitHeld() {
        try {
            Gate held = requireNonNull(gate);
            if (!held.reached.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody ran: " + held.statement);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Closes the connections as a server that goes away does. */
    public CuttingProxy cut() {
        fault = Fault.CUT;
        return this;
    }

    /** Resets the connections as a firewall does. */
    public CuttingProxy reset() {
        fault = Fault.RESET;
        return this;
    }

    /** Passes nothing on for so long: open connections stay open, new ones are accepted, and nobody answers. */
    public CuttingProxy stall(Duration time) {
        fault = Fault.STALL;
        stallNanos = time.toNanos();
        return this;
    }

    /**
     * Passes a statement of such a session on, such as {@code COMMIT}, and swallows the reply: the connection ends, and
     * new ones are refused until {@link #admit()}.
     */
    public CuttingProxy loseReply(String session, String statement) {
        trigger = session;
        lastWord = "\0" + statement + "\0";
        return this;
    }

    /** How many connections it has refused. */
    public long refused() {
        return refused.get();
    }

    /** Takes connections again. */
    public void admit() {
        refusing = false;
    }

    /** Waits until it has struck. */
    public void awaitStrike() {
        try {
            if (!strike.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("'" + trigger + "' moved only " + moved + " bytes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public boolean struck() {
        return struck.get();
    }

    /** Ends a stall. */
    public void release() {
        synchronized (stall) {
            stalledUntil = System.nanoTime();
            stall.notifyAll();
        }
    }

    /** The connection string of a database by way of this proxy. */
    public String uri(ADatabase database) {
        return database.uri().replace(":" + serverPort + "/", ":" + listener.getLocalPort() + "/");
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                    refused.incrementAndGet();
                    continue;
                }
                Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
                links.add(link);
                daemon(() -> link.pump(link.client, link.server, true));
                daemon(() -> link.pump(link.server, link.client, false));
            } catch (IOException e) {
                // Closed, or the server is not there: then the client is told by the end of its connection.
                links.removeIf(link -> link.client.isClosed());
            }
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void moved(Link link, int count) {
        if (link.isOf(trigger) && moved.addAndGet(count) >= threshold && struck.compareAndSet(false, true)) {
            if (fault == Fault.STALL) {
                synchronized (stall) {
                    stalledUntil = System.nanoTime() + stallNanos;
                }
            } else {
                links.stream().filter(l -> l.isOf(victims)).forEach(l -> l.end(fault == Fault.RESET));
            }
            strike.countDown();
        }
    }

    private void awaitFlow(Link link) throws InterruptedException {
        synchronized (stall) {
            long left = stalledUntil - System.nanoTime();
            while (left > 0 && link.isOf(victims) && !link.client.isClosed()) {
                TimeUnit.NANOSECONDS.timedWait(stall, left);
                left = stalledUntil - System.nanoTime();
            }
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        links.forEach(link -> link.end(false));
        release();
    }

    /** One connection of a client and the one to the server that goes with it. */
    private final class Link {
        private final Socket client;
        private final Socket server;
        private final StringBuffer said = new StringBuffer();
        private volatile boolean held;
        private volatile boolean mute;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        /** libpq names itself in its first message, pgJDBC in one soon after. */
        boolean isOf(String session) {
            return said.indexOf(session) >= 0;
        }

        void pump(Socket from, Socket to, boolean ofClient) {
            byte[] buffer = new byte[16 * 1024];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (ofClient && said.length() < NAME_WITHIN) {
                        said.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                    }
                    moved(this, count);
                    awaitFlow(this);
                    if (!ofClient && mute) {
                        break;
                    }
                    heard(ofClient, buffer, count);
                    Gate closed = ofClient ? gate(buffer, count) : null;
                    held |= closed != null;
                    if (closed == null ? ofClient || !held : closed.passed) {
                        out.write(buffer, 0, count);
                    }
                    if (closed != null) {
                        hold(closed);
                        return;
                    }
                }
            } catch (IOException e) {
                // One side has gone: the other one goes too.
                links.remove(this);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (mute && !ofClient && struck.compareAndSet(false, true)) {
                refusing = true;
                strike.countDown();
            }
            end(false);
        }

        private @Nullable Gate gate(byte[] buffer, int count) {
            Gate now = gate;
            return now != null && new String(buffer, 0, count, StandardCharsets.UTF_8).contains(now.statement)
                    ? now
                    : null;
        }

        /** The connection stays as it is until whoever holds the other end has gone. */
        private void hold(Gate closed) throws IOException {
            closed.reached.countDown();
            while (client.getInputStream().read() >= 0) {
                // Nothing more reaches the server.
                continue;
            }
            end(false);
        }

        private void heard(boolean ofClient, byte[] buffer, int count) {
            if (ofClient && !lastWord.isEmpty() && !struck.get() && isOf(trigger)) {
                mute |= new String(buffer, 0, count, StandardCharsets.ISO_8859_1).contains(lastWord);
            }
        }

        void end(boolean reset) {
            links.remove(this);
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    if (reset) {
                        socket.setSoLinger(true, 0);
                    }
                    socket.close();
                } catch (IOException e) {
                    // It is closed already, which is what was wanted.
                    links.remove(this);
                }
            }
        }
    }
}
