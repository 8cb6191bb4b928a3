package io.agentflow.dr.request;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that takes requests from a broker: a session from a connection to its end, again and again, with a pause in
 * between. Safe to be ended before it was started.
 */
public final class IntakeThread {
    private static final Duration END = Duration.ofSeconds(10);

    private final String name;
    private final Duration pause;
    private final Session session;
    private final CountDownLatch ending = new CountDownLatch(1);
    private @Nullable Thread thread;

    /** From a connection to its end, whatever ends it; says itself what has failed. */
    @FunctionalInterface
    public interface Session {
        void run() throws InterruptedException;
    }

    /** @param name the thread's */
    public IntakeThread(String name, Duration pause, Session session) {
        this.name = name;
        this.pause = pause;
        this.session = session;
    }

    public synchronized void start() {
        Thread taking = new Thread(this::take, name);
        taking.setDaemon(true);
        taking.start();
        thread = taking;
    }

    private void take() {
        try {
            do {
                session.run();
            } while (!ending.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the session that runs is the last one, and should come to its end. */
    public boolean ended() {
        return ending.getCount() == 0;
    }

    /** Lets no further session begin. */
    public void end() {
        ending.countDown();
    }

    /** Waits until the last session has ended, ten seconds at most. */
    public synchronized void join() {
        Thread taking = thread;
        if (taking != null) {
            try {
                taking.join(END.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
