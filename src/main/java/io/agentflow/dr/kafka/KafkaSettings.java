package io.agentflow.dr.kafka;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come from and where their results go, as {@code af.request.kafka.…} says. Nothing in it is a secret.
 *
 * @param servers addresses of brokers, {@code host:port}
 * @param topic the topic of the requests
 * @param group the group of consumers whose place in the topic is ours
 * @param results the topic of the results whose sender names none, or null
 * @param file client properties that say who af is to the brokers ({@link ClientFile}), or null
 */
public record KafkaSettings(
        List<String> servers,
        String topic,
        String group,
        @Nullable String results,
        @Nullable Path file) {
    public KafkaSettings {
        servers = List.copyOf(servers);
    }

    /** The addresses as Kafka's clients take them. */
    String bootstrap() {
        return String.join(",", servers);
    }
}
