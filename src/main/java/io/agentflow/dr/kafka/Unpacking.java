package io.agentflow.dr.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Whether brokers unpack what senders have packed, and then look how long it is. A consumer unpacks a record as a whole,
 * and some kilobytes can become more than there is memory: no setting of it forbids that.
 */
final class Unpacking {
    private static final String BY_BROKER = "uncompressed";
    private static final Duration END = Duration.ofSeconds(2);

    private final KafkaClients clients;

    Unpacking(KafkaClients clients) {
        this.clients = clients;
    }

    /**
     * What an operator should know of the topic of the requests; empty if all is well.
     *
     * @throws IOException if the file of client properties cannot be read
     */
    String complaint() throws IOException, InterruptedException {
        String topic = clients.settings().topic();
        Admin admin = clients.admin();
        try {
            return unpacked(admin, topic)
                    ? ""
                    : "kafka: whoever may write to " + topic
                            + " can end af by a record that unpacks to more than memory:"
                            + " give the topic compression.type=uncompressed";
        } catch (ExecutionException e) {
            return "kafka: whether " + topic + " has compression.type=uncompressed cannot be seen: "
                    + KafkaFailures.line(e.getCause() == null ? e : e.getCause());
        } finally {
            admin.close(END);
        }
    }

    private static boolean unpacked(Admin admin, String topic) throws ExecutionException, InterruptedException {
        return admin
                .describeConfigs(List.of(new ConfigResource(ConfigResource.Type.TOPIC, topic)))
                .all()
                .get()
                .values()
                .stream()
                .map(config -> config.get(TopicConfig.COMPRESSION_TYPE_CONFIG))
                .allMatch(entry -> entry != null && BY_BROKER.equals(entry.value()));
    }
}
