package io.agentflow.dr.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests from a topic, one at a time, in a thread of its own, and joins the group again after whatever failure.
 * Safe to be closed before it was started.
 */
final class KafkaIntake implements AutoCloseable {
    private static final Duration COME_BACK = Duration.ofSeconds(2);
    private static final Duration LEAVE = Duration.ofSeconds(2);
    private static final Duration END = Duration.ofSeconds(10);

    private final KafkaClients clients;
    private final Consumer<Object> desk;
    private final Membership.Log log;
    private final CountDownLatch ending = new CountDownLatch(1);
    private volatile @Nullable KafkaConsumer<byte[], byte[]> current;
    private @Nullable Thread thread;
    private boolean looked;

    /**
     * @param desk takes a record; throws if it must not be acknowledged
     * @param say gets lines for the log
     */
    KafkaIntake(KafkaClients clients, Consumer<Object> desk, Consumer<String> say) {
        this.clients = clients;
        this.desk = desk;
        this.log = new ChangesOnly(say);
    }

    /** Of what is tried every other second, it says only what is new. */
    private static final class ChangesOnly implements Membership.Log {
        private final Consumer<String> say;
        private String said = "";

        ChangesOnly(Consumer<String> say) {
            this.say = say;
        }

        @Override
        public void say(String line) {
            say.accept(line);
        }

        @Override
        public void once(String line) {
            if (!line.equals(said)) {
                said = line;
                say(line);
            }
        }
    }

    /** Begins to read. Brokers that are away do not matter: they are tried until they are there. */
    synchronized void start() {
        Thread reading = new Thread(this::read, "requests-kafka");
        reading.setDaemon(true);
        reading.start();
        thread = reading;
    }

    private void read() {
        try {
            do {
                join();
            } while (!ending.await(COME_BACK.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void join() throws InterruptedException {
        try {
            serve(clients.consumer());
        } catch (WakeupException e) {
            // Our own end: nothing was read that is not committed.
        } catch (IOException | RuntimeException | LinkageError e) {
            // Also of a bug: without this thread no request would ever come again, and nobody would know.
            log.once("kafka: no requests can come, and it is tried again: " + KafkaFailures.line(e));
        }
    }

    private void serve(KafkaConsumer<byte[], byte[]> made) throws IOException, InterruptedException {
        current = made;
        try {
            Membership membership = new Membership(made, clients.settings(), desk, log);
            membership.requireTopic();
            lookAtTopic();
            membership.serve(this::ended);
        } finally {
            current = null;
            // Bounded: a broker that is gone cannot be told that we leave.
            made.close(CloseOptions.timeout(LEAVE));
        }
    }

    private void lookAtTopic() throws IOException, InterruptedException {
        if (!looked) {
            // Once, and whatever comes of it: this is advice, and no reason to take no requests.
            looked = true;
            String complaint;
            try {
                complaint = new Unpacking(clients).complaint();
            } catch (RuntimeException e) {
                complaint = "kafka: how the topic is compressed cannot be seen: " + KafkaFailures.line(e);
            }
            if (!complaint.isEmpty()) {
                log.say(complaint);
            }
        }
    }

    private boolean ended() {
        return ending.getCount() == 0;
    }

    /** Reads nothing more; what was read is kept and committed. */
    @Override
    public synchronized void close() {
        if (!ended()) {
            ending.countDown();
            KafkaConsumer<byte[], byte[]> waiting = current;
            if (waiting != null) {
                waiting.wakeup();
            }
        }
        Thread reading = thread;
        if (reading != null) {
            try {
                reading.join(END.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
