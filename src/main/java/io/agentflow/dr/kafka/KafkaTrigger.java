package io.agentflow.dr.kafka;

import io.agentflow.dr.request.Availability;
import io.agentflow.dr.request.Trigger;
import java.util.Map;
import java.util.function.Consumer;

/** All of Kafka, from the start of the service to its end. */
public final class KafkaTrigger implements Trigger {
    private final Availability availability;
    private final KafkaIntake intake;
    private final KafkaResults results;
    private final KafkaRequests requests;

    /**
     * Puts it together; nothing is connected before {@link #start}.
     *
     * @param desk takes each record as it came; throws if it must not be acknowledged
     * @param mostBytes how much of a record is kept: a longer one is no request
     * @param availability is told whether requests can come
     * @param say gets lines for the log
     */
    public KafkaTrigger(
            KafkaSettings settings,
            Consumer<Object> desk,
            int mostBytes,
            Availability availability,
            Consumer<String> say) {
        this.availability = availability;
        KafkaClients clients = new KafkaClients(settings, mostBytes);
        this.intake = new KafkaIntake(clients, desk, availability, say);
        this.results = new KafkaResults(clients);
        this.requests = new KafkaRequests(results, settings);
    }

    @Override
    public Map<String, Object> beans() {
        return Map.of("kafkaRequests", requests);
    }

    @Override
    public Standing standing() {
        return availability.standing();
    }

    @Override
    public void start() {
        intake.start();
    }

    @Override
    public void leave() {
        intake.close();
    }

    @Override
    public void close() {
        intake.close();
        results.close();
    }
}
