package io.agentflow.dr.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A file of client properties, as Kafka's own tools take it with {@code --command-config}: how brokers are reached, and
 * who af is to them. It may hold secrets, which stay in it: values of passwords are repeated nowhere.
 */
public final class ClientFile {
    /** What is read, when it is acknowledged and who we are in the group is not for a file to say. */
    private static final Pattern ALLOWED =
            Pattern.compile("(security|sasl|ssl|client|socket|connections|reconnect|metadata)\\..+"
                    + "|config\\.providers(\\..+)?|isolation\\.level");

    private static final String MAY_HOLD = "; what it may hold is security.*, sasl.*, ssl.*, client.*, socket.*,"
            + " connections.*, reconnect.*, metadata.*, config.providers and isolation.level";

    private ClientFile() {}

    /** Everything that is wrong with it, in words that follow its name: "which …". No broker is asked. */
    public static List<String> problems(Path file) {
        Map<String, String> given;
        try {
            given = read(file);
        } catch (IOException | IllegalArgumentException e) {
            // A line that is no property may be half of a password: the exception is not repeated.
            return List.of("which cannot be read");
        }
        List<String> wrong = new ArrayList<>();
        given.keySet().stream()
                .filter(key -> !ALLOWED.matcher(key).matches())
                .forEach(key -> wrong.add("which sets " + key + MAY_HOLD));
        if (wrong.isEmpty()) {
            try {
                check(given);
            } catch (KafkaException e) {
                wrong.add("which Kafka does not take: " + KafkaFailures.line(e));
            }
        }
        return wrong;
    }

    private static void check(Map<String, String> given) {
        Map<String, Object> all = new TreeMap<>(given);
        all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:9092");
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        new ConsumerConfig(all);
    }

    /**
     * What it holds.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if it is no file of properties
     */
    static Map<String, String> read(Path file) throws IOException {
        Properties given = new Properties();
        // By bytes, as Kafka's tools do it: both must understand a password alike.
        try (InputStream bytes = Files.newInputStream(file)) {
            given.load(bytes);
        }
        Map<String, String> read = new TreeMap<>();
        given.stringPropertyNames().forEach(key -> read.put(key, given.getProperty(key)));
        return read;
    }
}
