package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests from a queue of a real Artemis. */
class JmsRequestsIT extends RequestsContract {
    private final List<JsonNode> told = new ArrayList<>();
    private EmbeddedActiveMQ broker;
    private String url;
    private int sent;

    @BeforeEach
    void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            url = "tcp://127.0.0.1:" + free.getLocalPort();
        }
        startBroker();
    }

    private void startBroker() throws Exception {
        broker = new EmbeddedActiveMQ();
        broker.setConfiguration(new ConfigurationImpl()
                .setSecurityEnabled(false)
                .setPersistenceEnabled(true)
                .setJournalDirectory(folder.resolve("artemis/journal").toString())
                .setBindingsDirectory(folder.resolve("artemis/bindings").toString())
                .setLargeMessagesDirectory(folder.resolve("artemis/large").toString())
                .setPagingDirectory(folder.resolve("artemis/paging").toString())
                .addAcceptorConfiguration("tcp", url));
        broker.start();
    }

    @AfterEach
    void stop() throws Exception {
        broker.stop();
    }

    @Override
    List<String> configuration() {
        return List.of("af.request.jms.url = " + url);
    }

    /** Text and bytes in turns. */
    @Override
    void send(byte[] message, Map<String, String> headers) throws Exception {
        sent++;
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
                Connection connection = factory.createConnection();
                Session session = connection.createSession()) {
            Message made;
            if (sent % 2 == 0) {
                BytesMessage bytes = session.createBytesMessage();
                bytes.writeBytes(message);
                made = bytes;
            } else {
                made = session.createTextMessage(new String(message, java.nio.charset.StandardCharsets.UTF_8));
            }
            for (Map.Entry<String, String> header : headers.entrySet()) {
                made.setStringProperty(header.getKey().replace('.', '_'), header.getValue());
            }
            session.createProducer(session.createQueue("af.requests")).send(made);
        }
    }

    @Override
    List<JsonNode> results() throws Exception {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
                Connection connection = factory.createConnection();
                Session session = connection.createSession()) {
            connection.start();
            MessageConsumer consumer = session.createConsumer(session.createQueue("af.results"));
            for (Message next = consumer.receive(200); next != null; next = consumer.receive(200)) {
                told.add(json(next));
            }
        }
        return told;
    }

    private static JsonNode json(Message message) throws JMSException, java.io.IOException {
        return new ObjectMapper().readTree(((TextMessage) message).getText());
    }

    /** What the server of a broker may hold is not made into an object, and blocks nobody. */
    @Test
    void row32_anObjectIsRefusedUnread() throws Exception {
        ADatabase main = postgres.database("requests_object").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess.Running af = serve(af(), main);
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
                Connection connection = factory.createConnection();
                Session session = connection.createSession()) {
            session.createProducer(session.createQueue("af.requests"))
                    .send(session.createObjectMessage(new ArrayList<>(List.of("struck"))));
        }
        send(signed("b-1", "backup"), HOSTILE);

        awaitResult(af, "b-1", "done");

        assertThat(af().run("dead-letters", "show", "latest").out()).contains("no request");
        assertThat(af.errSoFar()).doesNotContain("Exception", "struck");
    }

    @Override
    void restartBroker() throws Exception {
        broker.stop();
        startBroker();
    }
}
