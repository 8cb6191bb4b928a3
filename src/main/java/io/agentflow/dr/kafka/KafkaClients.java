package io.agentflow.dr.kafka;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes clients of Kafka. The user's file is read for each; what safety hangs on, it cannot change. */
final class KafkaClients {
    /** What fits into a heap that is small. A record that is longer comes nevertheless, alone. */
    private static final int FETCH_BYTES = 64 * 1024;

    /** A machine that vanished says nothing: so long an answer may take, in milliseconds. */
    private static final int ANSWER_MILLIS = 5_000;
    /** After a kill the next af has to wait until the group has given up the one before it. */
    private static final int SESSION_MILLIS = 10_000;

    private static final int RESULT_BYTES = 4 * 1024 * 1024;

    private final KafkaSettings settings;
    private final int mostBytes;

    /** @param mostBytes how much of a record is kept: a longer one is no request */
    KafkaClients(KafkaSettings settings, int mostBytes) {
        this.settings = settings;
        this.mostBytes = mostBytes;
    }

    KafkaSettings settings() {
        return settings;
    }

    /**
     * Makes a consumer, which is not in the group yet.
     *
     * @throws IOException if the file cannot be read
     * @throws org.apache.kafka.common.KafkaException if what it says cannot be used
     */
    KafkaConsumer<byte[], byte[]> consumer() throws IOException {
        Map<String, Object> all = common();
        all.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group());
        all.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS);
        all.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, SESSION_MILLIS / 4);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        return new KafkaConsumer<>(all, new FirstBytes(0), new FirstBytes(mostBytes));
    }

    /**
     * Makes a producer that has a result when all replicas in sync have it.
     *
     * @throws IOException if the file cannot be read
     * @throws org.apache.kafka.common.KafkaException if what it says cannot be used
     */
    KafkaProducer<byte[], byte[]> producer() throws IOException {
        Map<String, Object> all = common();
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, ANSWER_MILLIS);
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * ANSWER_MILLIS);
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, RESULT_BYTES);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Makes a client that asks without making topics: a producer, which would, is not asked.
     *
     * @throws IOException if the file cannot be read
     * @throws org.apache.kafka.common.KafkaException if what it says cannot be used
     */
    Admin admin() throws IOException {
        Map<String, Object> all = common();
        all.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
        all.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
        return Admin.create(all);
    }

    private Map<String, Object> common() throws IOException {
        Map<String, Object> all = new HashMap<>();
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, "af");
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        Path file = settings.file();
        if (file != null) {
            all.putAll(ClientFile.read(file));
        }
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrap());
        all.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, List.of());
        all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return all;
    }
}
