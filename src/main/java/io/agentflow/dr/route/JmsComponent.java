package io.agentflow.dr.route;

import io.agentflow.dr.request.Availability;
import java.util.function.Function;
import org.apache.camel.component.sjms.MessageListenerContainer;
import org.apache.camel.component.sjms.SjmsEndpoint;
import org.apache.camel.component.sjms2.Sjms2Component;
import org.apache.camel.component.sjms2.Sjms2Endpoint;
import org.apache.camel.spi.annotations.Component;

/**
 * Camel's {@code sjms2:}, with consumers that start without a broker and come back as often as it does: Camel's own do not
 * start, come back once, and not at all if the broker goes away again while they do.
 */
@Component("sjms2")
public final class JmsComponent extends Sjms2Component {
    private final Function<String, Availability> queues;

    /** @param queues whom consumers of a queue tell when they have lost and found their broker */
    public JmsComponent(Function<String, Availability> queues) {
        this.queues = queues;
        setRecoveryInterval(RECOVERY_MILLIS);
    }

    private static final long RECOVERY_MILLIS = 2000;

    @Override
    protected SjmsEndpoint createSjmsEndpoint(String uri, String remaining) {
        return new Endpoint(uri, this, remaining);
    }

    private static final class Endpoint extends Sjms2Endpoint {
        private final JmsComponent component;

        Endpoint(String uri, JmsComponent component, String remaining) {
            super(uri, component, remaining);
            this.component = component;
        }

        @Override
        public MessageListenerContainer createMessageListenerContainer(SjmsEndpoint endpoint) {
            JmsConsumers consumers = new JmsConsumers(endpoint, component.queues.apply(endpoint.getDestinationName()));
            consumers.setConcurrentConsumers(endpoint.getConcurrentConsumers());
            return consumers;
        }
    }
}
