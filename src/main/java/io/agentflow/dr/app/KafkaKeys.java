package io.agentflow.dr.app;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.kafka.ClientFile;
import io.agentflow.dr.kafka.KafkaSettings;
import io.agentflow.dr.kafka.KafkaTopic;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code af.request.kafka.…}, and says all that is wrong with it. */
final class KafkaKeys {
    private static final Pattern SERVER = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):[0-9]{1,5}");

    private final AfConfig config;
    private final List<String> wrong;

    /** @param wrong gets everything that is wrong, by key of the configuration */
    KafkaKeys(AfConfig config, List<String> wrong) {
        this.config = config;
        this.wrong = wrong;
    }

    /** What it says; null if no request comes by Kafka. */
    @Nullable
    KafkaSettings read() {
        String key = ConfigKey.REQUEST_KAFKA_SERVERS.key();
        if (!config.given(ConfigKey.REQUEST_KAFKA_SERVERS)) {
            RequestedBy.complainOfRest(config, ConfigKey.REQUEST_KAFKA_SERVERS, wrong);
            return null;
        }
        List<String> servers = config.list(ConfigKey.REQUEST_KAFKA_SERVERS);
        if (servers.isEmpty()) {
            wrong.add(key + " names no broker");
        }
        servers.stream()
                .filter(server -> !SERVER.matcher(server).matches())
                // It is not repeated: somebody may have written a password into it.
                .forEach(server -> wrong.add(key + " holds what is no address such as host:9092"));
        String topic = topic(ConfigKey.REQUEST_KAFKA_TOPIC);
        String results = config.given(ConfigKey.REQUEST_KAFKA_RESULTS) ? topic(ConfigKey.REQUEST_KAFKA_RESULTS) : null;
        if (topic.equals(results)) {
            wrong.add(ConfigKey.REQUEST_KAFKA_RESULTS.key() + " is the topic of the requests");
        }
        return new KafkaSettings(servers, topic, group(), results, file());
    }

    private String topic(ConfigKey key) {
        String topic = config.text(key);
        if (!KafkaTopic.isPlain(topic)) {
            wrong.add(key.key() + " is '" + topic + "', not a topic such as af.requests");
        }
        return topic;
    }

    private String group() {
        String group = config.text(ConfigKey.REQUEST_KAFKA_GROUP);
        if (!KafkaTopic.isName(group)) {
            wrong.add(ConfigKey.REQUEST_KAFKA_GROUP.key() + " is '" + group
                    + "', not a name of letters, digits, ., _ and -");
        }
        return group;
    }

    private @Nullable Path file() {
        if (!config.given(ConfigKey.REQUEST_KAFKA_FILE)) {
            return null;
        }
        Path file = Path.of(config.text(ConfigKey.REQUEST_KAFKA_FILE));
        ClientFile.problems(file)
                .forEach(problem -> wrong.add(ConfigKey.REQUEST_KAFKA_FILE.key() + " names " + file + ", " + problem));
        return file;
    }
}
