package io.agentflow.dr.route;

import java.util.function.Consumer;
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
    private final Consumer<String> say;

    /** @param say is told when a consumer has lost and found its broker */
    public JmsComponent(Consumer<String> say) {
        this.say = say;
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
            JmsConsumers consumers = new JmsConsumers(endpoint, component.say);
            consumers.setConcurrentConsumers(endpoint.getConcurrentConsumers());
            return consumers;
        }
    }
}
