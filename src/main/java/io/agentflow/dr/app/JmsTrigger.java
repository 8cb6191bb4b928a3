package io.agentflow.dr.app;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.request.Availability;
import io.agentflow.dr.request.Trigger;
import java.util.Map;

/** Requests by JMS, from the start of the service to its end; routes that are exchanged get consumers of their own. */
final class JmsTrigger implements Trigger {
    private final AfConfig config;
    private final RequestedBy.Surroundings around;
    private final Availability availability;

    JmsTrigger(AfConfig config, RequestedBy.Surroundings around) {
        this.config = config;
        this.around = around;
        this.availability = around.availability("jms: " + config.text(ConfigKey.REQUEST_JMS_QUEUE));
    }

    @Override
    public Map<String, Object> beans() {
        return new JmsKeys(config).beans(around.mostBytes(), this::of);
    }

    /** A route of the user's may consume from another queue: that is none of the requests'. */
    private Availability of(String queue) {
        return queue.equals(config.text(ConfigKey.REQUEST_JMS_QUEUE))
                ? availability
                : around.availability("jms: " + queue);
    }

    @Override
    public Standing standing() {
        return availability.standing();
    }
}
