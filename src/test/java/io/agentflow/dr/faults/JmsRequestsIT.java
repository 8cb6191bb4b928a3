package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Port;
import io.agentflow.dr.testing.Project;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests from a queue of a real Artemis, by its client as a user fetches it. */
class JmsRequestsIT extends RequestsContract {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path client;

    private final List<JsonNode> told = new ArrayList<>();
    private EmbeddedActiveMQ broker;
    private String url;
    private int sent;

    @BeforeAll
    static void fetchClient() {
        AfProcess.output(
                List.of(
                        Project.file("scripts/fetch-component.sh").toString(),
                        "org.apache.artemis:artemis-jakarta-client:2.55.0",
                        client.toString()),
                Map.of());
    }

    @BeforeEach
    void start() throws Exception {
        url = "tcp://127.0.0.1:" + Port.free();
        startBroker();
    }

    private void startBroker() throws Exception {
        broker = new EmbeddedActiveMQ();
        broker.setConfiguration(new ConfigurationImpl()
                .setSecurityEnabled(false)
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
    void restartBroker() throws Exception {
        broker.stop();
        startBroker();
    }

    @Override
    AfProcess af() {
        return super.af().with("AF_LIB", client.toString());
    }

    @Override
    List<String> configuration() {
        return List.of("af.request.jms.url = " + url);
    }

    /** What is done with a session. */
    private interface Act {
        void in(Session session) throws Exception;
    }

    private void atBroker(Act act) throws Exception {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
                Connection connection = factory.createConnection();
                Session session = connection.createSession()) {
            connection.start();
            act.in(session);
        }
    }

    private static void send(Session session, Message message, Map<String, String> headers) throws JMSException {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            message.setStringProperty(header.getKey().replace('.', '_'), header.getValue());
        }
        session.createProducer(session.createQueue("af.requests")).send(message);
    }

    /** Text and bytes in turns. */
    @Override
    void send(byte[] message, Map<String, String> headers) throws Exception {
        sent++;
        boolean asBytes = sent % 2 == 0;
        atBroker(session -> send(session, asBytes ? bytes(session, message) : text(session, message), headers));
    }

    private static TextMessage text(Session session, byte[] content) throws JMSException {
        return session.createTextMessage(new String(content, StandardCharsets.UTF_8));
    }

    private static BytesMessage bytes(Session session, byte[] content) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(content);
        return message;
    }

    @Override
    List<JsonNode> results() throws Exception {
        atBroker(session -> {
            MessageConsumer consumer = session.createConsumer(session.createQueue("af.results"));
            for (Message next = consumer.receive(100); next != null; next = consumer.receive(100)) {
                told.add(json(next));
            }
        });
        return told;
    }

    private static JsonNode json(Message message) throws JMSException, IOException {
        return new ObjectMapper().readTree(((TextMessage) message).getText());
    }

    private long waiting() {
        return broker.getActiveMQServer().locateQueue("af.requests").getMessageCount();
    }

    private static void awaitSaid(AfProcess.Running af, String text) {
        await().atMost(LIMIT).until(() -> {
            assertThat(af.process().isAlive()).as(af.errSoFar()).isTrue();
            return af.errSoFar().contains(text);
        });
    }

    @Test
    void row32_objectsStayUnreadRepliesGoWhereTheyAreWantedAndWhatCannotBeKeptStaysWithTheBroker() throws Exception {
        ADatabase main = postgres.database("requests_jms").with("CREATE TABLE t AS SELECT 1 AS a");
        broker.stop();
        AfProcess.Running af = serve(af(), main);
        awaitSaid(af, "jms: af.requests: the broker cannot be used, and is tried again");
        startBroker();
        awaitSaid(af, "jms: af.requests: connected");

        atBroker(session -> {
            send(session, session.createObjectMessage(new ArrayList<>(List.of("struck"))), HOSTILE);
            // Longer than memory: the selector leaves it where it is.
            send(session, bytes(session, new byte[100 * 1024 * 1024]), Map.of());
            Message wanted = text(session, signed("b-1", "backup"));
            wanted.setJMSReplyTo(session.createQueue("answers"));
            wanted.setJMSCorrelationID("c-7");
            send(session, wanted, Map.of("CAmelExecCommandExecutable", "/usr/bin/touch", "CamelFileName", "struck"));
            MessageConsumer answers = session.createConsumer(session.createQueue("answers"));
            for (String status : List.of("accepted", "done")) {
                Message answer = answers.receive(LIMIT.toMillis());
                assertThat(answer).as(af.errSoFar()).isNotNull();
                assertThat(json(answer).path("status").asText())
                        .as(af.errSoFar())
                        .isEqualTo(status);
                assertThat(answer.getJMSCorrelationID()).isEqualTo("c-7");
            }
        });
        assertThat(results()).isEmpty();
        assertThat(waiting()).isEqualTo(1);
        assertThat(af.errSoFar()).contains("refused: message by jms of 0 bytes").doesNotContain("struck");
        assertThat(af().run("dead-letters", "list", "--json").json().path("reports"))
                .hasSize(1);

        Path kept = folder.resolve("state/requests");
        Path away = Files.move(kept, folder.resolve("away"));
        send(signed("b-2", "backup"), HOSTILE);
        awaitSaid(af, "cannot be read or written");
        assertThat(waiting()).isEqualTo(2);
        Files.move(away, kept);
        awaitResult(af, "b-2", "done");
        assertThat(waiting()).isEqualTo(1);
        try (var files = Files.walk(folder)) {
            assertThat(files.map(Path::toString)).noneMatch(file -> file.contains("struck"));
        }
    }

    @Test
    void everythingWrongWithItIsSaidByKey() throws IOException {
        Files.write(
                folder.resolve("af.properties"),
                List.of(
                        "af.database.main.url = postgresql://h/d",
                        "af.request.jms.url = tcp://h:61616?password=nobodys",
                        "af.request.jms.factory = java.lang.String",
                        "af.request.jms.user = af",
                        "af.request.jms.queue ="));

        AfProcess.Result refused = af().run("serve");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        "af.request.jms.factory names java.lang.String, which is no jakarta.jms.ConnectionFactory",
                        "af.request.jms.queue is empty",
                        "af.request.jms.user and af.request.jms.password go together",
                        "no key is configured that requests are signed with")
                .doesNotContain("nobodys");
    }
}
