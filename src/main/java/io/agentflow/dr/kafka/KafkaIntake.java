package io.agentflow.dr.kafka;

import io.agentflow.dr.request.Availability;
import io.agentflow.dr.request.IntakeThread;
import java.io.IOException;
import java.time.Duration;
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

    private final KafkaClients clients;
    private final Consumer<Object> desk;
    private final Consumer<String> say;
    private final Availability availability;
    private final IntakeThread thread = new IntakeThread("requests-kafka", COME_BACK, this::join);
    private volatile @Nullable KafkaConsumer<byte[], byte[]> current;
    private boolean looked;

    /**
     * @param desk takes a record; throws if it must not be acknowledged
     * @param availability is told whether requests can come
     * @param say gets lines for the log
     */
    KafkaIntake(KafkaClients clients, Consumer<Object> desk, Availability availability, Consumer<String> say) {
        this.clients = clients;
        this.desk = desk;
        this.say = say;
        this.availability = availability;
    }

    /** Begins to read. Brokers that are away do not matter: they are tried until they are there. */
    void start() {
        thread.start();
    }

    private void join() throws InterruptedException {
        try {
            serve(clients.consumer());
        } catch (WakeupException e) {
            // Our own end: nothing was read that is not committed.
        } catch (IOException | RuntimeException | LinkageError e) {
            // Also of a bug: without this thread no request would ever come again, and nobody would know.
            availability.down("no requests can come, and it is tried again: " + KafkaFailures.line(e));
        }
    }

    private void serve(KafkaConsumer<byte[], byte[]> made) throws IOException, InterruptedException {
        current = made;
        try {
            Membership membership = new Membership(made, clients.settings(), desk, say, availability);
            membership.requireTopic();
            lookAtTopic();
            membership.serve(thread::ended);
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
                say.accept(complaint);
            }
        }
    }

    /** Reads nothing more; what was read is kept and committed. */
    @Override
    public synchronized void close() {
        if (!thread.ended()) {
            thread.end();
            KafkaConsumer<byte[], byte[]> waiting = current;
            if (waiting != null) {
                waiting.wakeup();
            }
        }
        thread.join();
    }
}
