package io.agentflow.dr.route;

import io.agentflow.dr.core.Secret;
import io.agentflow.dr.request.Arrival;
import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.Exchange;
import org.apache.camel.component.sjms.SjmsMessage;

/**
 * Requests from a queue of JMS, and what is told of them. Only text and bytes are looked at: no object of a message is ever
 * made (CVE-2026-40860, 43866, 42527), and none of its properties is read (CVE-2026-40453).
 */
public final class JmsRequests {
    private static final String TRIGGER = "jms";

    private final int mostBytes;

    /** @param mostBytes how much of a message is kept: a longer one is no request */
    public JmsRequests(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** How the broker is reached. */
    public static ConnectionFactory connections(String url, String user, Secret password) {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
        factory.setUser(user.isEmpty() ? null : user);
        factory.setPassword(user.isEmpty() ? null : password.reveal());
        factory.setDeserializationDenyList("*");
        return factory;
    }

    /** Reads a message; of one that is neither text nor bytes, nothing. */
    public ReceivedMessage read(Exchange exchange) throws JMSException {
        if (!(exchange.getIn() instanceof SjmsMessage came)) {
            throw new IllegalStateException("no message of JMS came to the route of JMS");
        }
        Message message = came.getJmsMessage();
        Arrival arrival = new Arrival(TRIGGER, queue(message.getJMSReplyTo()), message.getJMSCorrelationID());
        if (message instanceof BytesMessage bytes) {
            byte[] body = new byte[(int) Math.min(bytes.getBodyLength(), mostBytes)];
            bytes.readBytes(body);
            return new ReceivedMessage(body, bytes.getBodyLength(), arrival);
        }
        byte[] body = message instanceof TextMessage text && text.getText() != null
                ? text.getText().getBytes(StandardCharsets.UTF_8)
                : new byte[0];
        return new ReceivedMessage(Arrays.copyOf(body, Math.min(body.length, mostBytes)), body.length, arrival);
    }

    private static @org.jspecify.annotations.Nullable String queue(
            @org.jspecify.annotations.Nullable Destination destination) throws JMSException {
        return destination instanceof Queue queue ? queue.getQueueName() : null;
    }

    /** Makes the message that tells a result, to the queue that the sender named. */
    public void write(Exchange exchange) {
        RequestReply reply = exchange.getMessage().getBody(RequestReply.class);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(new String(reply.result().json(), StandardCharsets.UTF_8));
        exchange.getMessage().setHeader("JMSCorrelationID", reply.arrival().correlation());
        if (reply.arrival().replyTo() != null) {
            exchange.getMessage().setHeader("CamelJMSDestinationName", reply.arrival().replyTo());
        }
    }
}
