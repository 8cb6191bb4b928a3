package io.agentflow.dr.route;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.Secret;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import org.junit.jupiter.api.Test;

class BrokerConnectionsTest {
    private static final String ARTEMIS = "org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory";

    private static BrokerConnections of(String factory, String url) {
        return BrokerConnections.of(factory, url, "af", new Secret("hidden"));
    }

    @Test
    void whatCannotBeMadeIsToldApart() {
        assertThatThrownBy(() -> of("no.such.Factory", "tcp://h:1"))
                .isInstanceOf(BrokerConnections.NoFactory.class)
                .hasMessageContaining("AF_LIB");
        for (String none : new String[] {"java.lang.String", ConnectionFactory.class.getName()}) {
            assertThatThrownBy(() -> of(none, "tcp://h:1"))
                    .isInstanceOf(BrokerConnections.NoFactory.class)
                    .hasMessageContaining("is no jakarta.jms.ConnectionFactory");
        }
        assertThatThrownBy(() -> of(ARTEMIS, "no such://address?password=hidden"))
                .isInstanceOf(IllegalArgumentException.class)
                .isNotInstanceOf(BrokerConnections.NoFactory.class)
                .hasMessageNotContaining("hidden");
    }

    @Test
    void nothingIsConnectedBeforeItIsAskedFor() {
        BrokerConnections connections = of(ARTEMIS, "tcp://127.0.0.1:1?connectionTtl=1000&callTimeout=1000");

        assertThatThrownBy(connections::createConnection)
                .isInstanceOf(JMSException.class)
                .hasMessageNotContaining("hidden");
    }
}
