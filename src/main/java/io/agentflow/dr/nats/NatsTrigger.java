package io.agentflow.dr.nats;

import io.agentflow.dr.request.Availability;
import io.agentflow.dr.request.Trigger;
import java.util.Map;
import java.util.function.Consumer;

/** All of NATS, from the start of the service to its end. */
public final class NatsTrigger implements Trigger {
    private final Availability availability;
    private final NatsLink link;
    private final NatsIntake intake;
    private final NatsRequests requests;

    /**
     * Puts it together; nothing is connected before {@link #start}.
     *
     * @param desk takes each message as it came; throws if it must not be acknowledged
     * @param mostBytes how much of a message is kept: a longer one is no request
     * @param availability is told whether requests can come
     * @param say gets lines for the log
     */
    public NatsTrigger(
            NatsSettings settings,
            Consumer<Object> desk,
            int mostBytes,
            Availability availability,
            Consumer<String> say) {
        this.availability = availability;
        this.link = new NatsLink(settings, say);
        this.intake = new NatsIntake(link, desk::accept, availability, say);
        this.requests = new NatsRequests(link, settings, mostBytes);
    }

    @Override
    public Map<String, Object> beans() {
        return Map.of("natsRequests", requests);
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
        link.close();
    }
}
