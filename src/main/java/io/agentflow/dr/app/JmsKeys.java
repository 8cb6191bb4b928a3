package io.agentflow.dr.app;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.Secret;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.request.Availability;
import io.agentflow.dr.route.BrokerConnections;
import io.agentflow.dr.route.JmsComponent;
import io.agentflow.dr.route.JmsRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Requests by JMS, as the configuration says. Nothing of JMS is loaded unless it does. */
final class JmsKeys {
    private final AfConfig config;

    JmsKeys(AfConfig config) {
        this.config = config;
    }

    /** Everything that is wrong with it, by key; no broker is asked. */
    List<String> problems() {
        List<String> wrong = new ArrayList<>();
        if (!config.given(ConfigKey.REQUEST_JMS_URL)) {
            RequestedBy.complainOfRest(config, ConfigKey.REQUEST_JMS_URL, wrong);
            return wrong;
        }
        Stream.of(ConfigKey.REQUEST_JMS_QUEUE, ConfigKey.REQUEST_JMS_RESULTS)
                .filter(key -> config.text(key).isEmpty())
                .forEach(key -> wrong.add(key.key() + " is empty"));
        if (config.given(ConfigKey.REQUEST_JMS_USER) != config.given(ConfigKey.REQUEST_JMS_PASSWORD)) {
            wrong.add(ConfigKey.REQUEST_JMS_USER.key() + " and " + ConfigKey.REQUEST_JMS_PASSWORD.key()
                    + " go together: one of them is missing");
        }
        try {
            connections();
        } catch (IllegalArgumentException e) {
            wrong.add(e.getMessage());
        }
        return wrong;
    }

    /** @throws IllegalArgumentException with the key that is wrong */
    private BrokerConnections connections() {
        String factory = config.text(ConfigKey.REQUEST_JMS_FACTORY);
        try {
            return BrokerConnections.of(
                    factory,
                    config.text(ConfigKey.REQUEST_JMS_URL),
                    config.text(ConfigKey.REQUEST_JMS_USER),
                    new Secret(config.text(ConfigKey.REQUEST_JMS_PASSWORD)));
        } catch (BrokerConnections.NoFactory e) {
            throw new IllegalArgumentException(
                    ConfigKey.REQUEST_JMS_FACTORY.key() + " names " + factory + ", which " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    ConfigKey.REQUEST_JMS_URL.key() + " is no address that " + factory + " takes", e);
        }
    }

    /**
     * What the routes need of it, by name, if requests come by it.
     *
     * @param queues whom the consumers of a queue tell when its broker is lost and found
     * @throws UsageError if it cannot be used as it is configured
     */
    Map<String, Object> beans(int mostBytes, Function<String, Availability> queues) {
        try {
            JmsComponent component = new JmsComponent(queues);
            component.setConnectionFactory(connections());
            // Instead of Camel's own.
            return Map.of(
                    "sjms2",
                    component,
                    "jmsRequests",
                    new JmsRequests(mostBytes, config.text(ConfigKey.REQUEST_JMS_QUEUE)));
        } catch (IllegalArgumentException e) {
            throw new UsageError(String.valueOf(e.getMessage()), "Mend the configuration.", e);
        }
    }
}
