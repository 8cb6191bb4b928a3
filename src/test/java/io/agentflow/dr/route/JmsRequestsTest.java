package io.agentflow.dr.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.request.Arrival;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With messages that have gone through a broker: one that was just made cannot be read. */
class JmsRequestsTest {
    private static final EmbeddedActiveMQ BROKER = new EmbeddedActiveMQ();

    private static ActiveMQConnectionFactory factory;
    private static Connection connection;
    private static Session session;

    private final JmsRequests requests = new JmsRequests(8, "af.requests");

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        BROKER.setConfiguration(new ConfigurationImpl()
                .setSecurityEnabled(false)
                .setPersistenceEnabled(false)
                .setPagingDirectory(folder.toString())
                .addAcceptorConfiguration("vm", "vm://7"));
        BROKER.start();
        factory = new ActiveMQConnectionFactory("vm://7");
        connection = factory.createConnection();
        session = connection.createSession();
        connection.start();
    }

    @AfterAll
    static void stop() throws Exception {
        connection.close();
        factory.close();
        BROKER.stop();
    }

    private static Message through(Message message) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue("q"))) {
            producer.send(message);
        }
        try (var consumer = session.createConsumer(session.createQueue("q"))) {
            return consumer.receive(10_000);
        }
    }

    @Test
    void textIsReadInUtf8AsFarAsARequestMayReach() throws JMSException {
        ReceivedMessage message = requests.read(through(session.createTextMessage("aä€😀")));

        assertThat(message.size()).isEqualTo(10);
        byte[] all = "aä€😀".getBytes(StandardCharsets.UTF_8);
        assertThat(message.body()).isEqualTo(Arrays.copyOf(all, 8));
        assertThat(message.arrival().replyTo()).isNull();
    }

    @Test
    void bytesAreReadAsFarAsARequestMayReach() throws JMSException {
        BytesMessage sent = session.createBytesMessage();
        sent.writeBytes(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});

        ReceivedMessage message = requests.read(through(sent));

        assertThat(message.size()).isEqualTo(9);
        assertThat(message.body()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void ofAnythingElseNothingIsRead() throws JMSException {
        Message map = session.createMapMessage();
        for (Message sent : List.of(
                session.createObjectMessage(new ArrayList<>(List.of("x"))),
                map,
                session.createMessage(),
                session.createTextMessage())) {
            ReceivedMessage message = requests.read(through(sent));

            assertThat(message.size()).isZero();
            assertThat(message.body()).isEmpty();
        }
    }

    @Test
    void whereResultsGoIsAPlainQueueAndWhatTheyAreCalledByIsShort() throws JMSException {
        Message sent = session.createTextMessage("x");
        sent.setJMSReplyTo(session.createQueue("team.answers-1"));
        sent.setJMSCorrelationID("c-1");
        assertThat(requests.read(through(sent)).arrival()).isEqualTo(new Arrival("jms", "team.answers-1", "c-1"));

        for (String name : List.of("af.requests", "other::queue", "a b", "a,b", "x".repeat(201))) {
            sent = session.createTextMessage("x");
            sent.setJMSReplyTo(session.createQueue(name));
            assertThat(requests.read(through(sent)).arrival().replyTo())
                    .as(name)
                    .isNull();
        }

        sent = session.createTextMessage("x");
        sent.setJMSReplyTo(session.createTopic("news"));
        sent.setJMSCorrelationID("c".repeat(201));
        Message came = through(sent);
        assertThat(requests.read(came).arrival()).isEqualTo(new Arrival("jms", null, came.getJMSMessageID()));
    }
}
