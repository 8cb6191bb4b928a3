package io.agentflow.dr.route;

import io.agentflow.dr.request.Arrival;
import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.sjms.SjmsConstants;
import org.apache.camel.component.sjms.SjmsMessage;
import org.jspecify.annotations.Nullable;

/**
 * Requests from a queue of JMS, and what is told of them. Only text and bytes are looked at: no object of a message is ever
 * made (CVE-2026-40860, 43866, 42527), and none of its properties is read (CVE-2026-40453).
 */
public final class JmsRequests {
    private static final String TRIGGER = "jms";

    /** Without what brokers take for options, other kinds of destinations, or queues of addresses. */
    private static final Pattern QUEUE = Pattern.compile("[A-Za-z0-9._$/-]{1,200}");

    private static final int LONGEST_CORRELATION = 200;

    private final int mostBytes;
    private final String requests;

    /**
     * @param mostBytes how much of a message is kept: a longer one is no request
     * @param requests the queue of the requests: results that came back there would be refused
     */
    public JmsRequests(int mostBytes, String requests) {
        this.mostBytes = mostBytes;
        this.requests = requests;
    }

    /**
     * Reads a message; of one that is neither text nor bytes, nothing.
     *
     * @throws JMSException if the connection is lost
     */
    public ReceivedMessage read(Exchange exchange) throws JMSException {
        if (!(exchange.getIn() instanceof SjmsMessage came)) {
            throw new IllegalStateException("no message of JMS came to the route of JMS");
        }
        return read(came.getJmsMessage());
    }

    ReceivedMessage read(Message message) throws JMSException {
        if (message instanceof BytesMessage bytes) {
            byte[] body = new byte[(int) Math.min(bytes.getBodyLength(), mostBytes)];
            bytes.readBytes(body);
            return new ReceivedMessage(body, bytes.getBodyLength(), arrival(message));
        }
        String text = message instanceof TextMessage of ? of.getText() : null;
        return text == null
                ? new ReceivedMessage(new byte[0], 0, arrival(message))
                : new ReceivedMessage(beginning(text), size(text), arrival(message));
    }

    private byte[] beginning(String text) {
        byte[] bytes = text.substring(0, Math.min(text.length(), mostBytes)).getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(bytes, Math.min(bytes.length, mostBytes));
    }

    /** In UTF-8, without a copy of what may be too long. */
    private static long size(String text) {
        return text.codePoints()
                .mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                .sum();
    }

    private Arrival arrival(Message message) throws JMSException {
        String given = message.getJMSCorrelationID();
        String correlation = given == null || given.length() > LONGEST_CORRELATION ? message.getJMSMessageID() : given;
        return new Arrival(TRIGGER, queue(message.getJMSReplyTo()), correlation);
    }

    private @Nullable String queue(@Nullable Destination destination) throws JMSException {
        String name = destination instanceof Queue queue ? queue.getQueueName() : null;
        return name != null && QUEUE.matcher(name).matches() && !name.equals(requests) ? name : null;
    }

    /** Makes the message that tells a result, to the queue that the sender named. */
    public void write(Exchange exchange) {
        RequestReply reply = exchange.getMessage().getBody(RequestReply.class);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(new String(reply.result().json(), StandardCharsets.UTF_8));
        exchange.getMessage()
                .setHeader(SjmsConstants.JMS_CORRELATION_ID, reply.arrival().correlation());
        if (reply.arrival().replyTo() != null) {
            exchange.getMessage()
                    .setHeader(
                            SjmsConstants.JMS_DESTINATION_NAME, reply.arrival().replyTo());
        }
    }
}
