package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests by Kafka, from a real broker; each test has topics and a group of its own. */
class KafkaRequestsIT extends RequestsContract {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path data;

    private static LocalKafka kafka;
    private static KafkaProducer<byte[], byte[]> producer;
    private static int tests;

    private final List<ConsumerRecord<byte[], byte[]>> told = new ArrayList<>();
    private KafkaConsumer<byte[], byte[]> listener;
    private String requests;
    private String results;
    private String answers;
    private String group;

    @BeforeAll
    static void startBroker() {
        kafka = LocalKafka.start(data.resolve("kafka"));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.openServer(), "max.request.size", 20_000_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterAll
    static void endBroker() {
        if (kafka != null) {
            producer.close(Duration.ZERO);
            kafka.close();
        }
    }

    /** The rights are those of docs/reference/messages.md. */
    @BeforeEach
    void makeTopics() throws Exception {
        tests++;
        requests = "requests." + tests;
        results = "results." + tests;
        answers = "answers." + tests;
        group = "af-" + tests;
        for (String topic : List.of(requests, results, answers)) {
            kafka.topic(topic);
        }
        kafka.allow(ResourceType.TOPIC, requests, AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);
        kafka.allow(ResourceType.GROUP, group, AclOperation.READ);
        kafka.allow(ResourceType.TOPIC, results, AclOperation.WRITE);
        kafka.allow(ResourceType.TOPIC, answers, AclOperation.WRITE);
        listener = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.openServer()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> both = List.of(new TopicPartition(results, 0), new TopicPartition(answers, 0));
        listener.assign(both);
        listener.seekToBeginning(both);
    }

    @AfterEach
    void endListener() {
        listener.close();
    }

    @Override
    List<String> configuration() {
        try {
            Path file = Files.write(folder.resolve("kafka.properties"), LocalKafka.afsProperties());
            return List.of(
                    "af.request.kafka.bootstrap-servers = " + kafka.afsServer(),
                    "af.request.kafka.topic = " + requests,
                    "af.request.kafka.group = " + group,
                    "af.request.kafka.results-topic = " + results,
                    "af.request.kafka.properties-file = " + file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void send(byte[] message, Map<String, String> headers) throws Exception {
        ProducerRecord<byte[], byte[]> request = new ProducerRecord<>(requests, message);
        headers.forEach((name, value) -> request.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        producer.send(request).get();
    }

    /** Of both topics that af may write to. */
    private List<ConsumerRecord<byte[], byte[]>> told() {
        listener.endOffsets(listener.assignment()).forEach((partition, end) -> {
            while (listener.position(partition) < end) {
                listener.poll(Duration.ofMillis(100)).forEach(told::add);
            }
        });
        return told;
    }

    @Override
    List<JsonNode> results() throws Exception {
        List<JsonNode> read = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> one : told()) {
            read.add(JSON.readTree(one.value()));
        }
        return read;
    }

    private List<String> toldTo(String topic) throws IOException {
        List<String> lines = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> one : told()) {
            if (one.topic().equals(topic)) {
                lines.add(new String(one.key(), StandardCharsets.UTF_8) + " "
                        + JSON.readTree(one.value()).path("status").asText() + " "
                        + new String(
                                one.headers().lastHeader("af-request-offset").value(), StandardCharsets.UTF_8));
            }
        }
        return lines;
    }

    @Override
    void restartBroker() {
        kafka.kill();
        kafka.start();
    }

    private static void awaitSaid(AfProcess.Running af, String text) {
        await().atMost(LIMIT).until(() -> {
            assertThat(af.process().isAlive()).as(af.errSoFar()).isTrue();
            return af.errSoFar().contains(text);
        });
    }

    /** How far the group has come. */
    private long committed() throws Exception {
        try (Admin admin = kafka.admin()) {
            OffsetAndMetadata place = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(requests, 0));
            return place == null ? 0 : place.offset();
        }
    }

    @Test
    void row32_whatWasSentMeanwhileIsDoneOnceAndWhatCannotBeKeptStaysUncommittedUntilItCan() throws Exception {
        ADatabase main = postgres.database("requests_kafka").with("CREATE TABLE t AS SELECT 1 AS a");
        Map<String, String> headers = new HashMap<>(HOSTILE);
        headers.put("af-reply-to", answers);
        send(signed("b-1", "backup"), headers);
        kafka.kill();
        AfProcess.Running af = serve(af(), main);
        awaitSaid(af, "kafka: no requests can come, and it is tried again: no broker answers");
        kafka.start();
        awaitSaid(af, "kafka: requests come from " + requests);
        assertThat(af.errSoFar()).contains("whoever may write to " + requests + " can end af by a record that unpacks");
        awaitResult(af, "b-1", "done");

        send(null, HOSTILE);
        send(new byte[0], Map.of());
        send(signed("v-1", "verify"), Map.of("af-reply-to", requests));
        awaitResult(af, "v-1", "done");
        assertThat(toldTo(answers))
                .containsExactly("b-1 accepted " + requests + "-0@0", "b-1 done " + requests + "-0@0");
        assertThat(toldTo(results))
                .containsExactly("v-1 accepted " + requests + "-0@3", "v-1 done " + requests + "-0@3");
        assertThat(af().run("dead-letters", "list", "--json").json().path("reports"))
                .hasSize(2);

        Path kept = folder.resolve("state/requests");
        Path away = Files.move(kept, folder.resolve("away"));
        send(signed("b-2", "backup"), Map.of());
        awaitSaid(af, "kafka: a request comes again: ");
        assertThat(committed()).isEqualTo(4);
        Files.move(away, kept);
        awaitResult(af, "b-2", "done");
        assertNoTopicIsMade(af);

        af.process().destroy();
        assertThat(af.await().exitCode()).isEqualTo(143);
        assertThat(committed()).isEqualTo(6);
        assertGroupIsLeft();
        assertWhatUnpacksToMuchIsRefused();
        AfProcess.Running again = serve(af(), main);
        awaitSaid(again, "kafka: requests come from " + requests);
        assertThat(again.errSoFar()).doesNotContain("unpack", "accepted by");
        assertThat(af().run("backup", "list", "--json").json().path("backups")).hasSize(2);
        assertThat(af.errSoFar()).doesNotContain(LocalKafka.PASSWORD, "org.apache.kafka", "NetworkClient", "struck");
        try (var files = Files.walk(folder)) {
            assertThat(files.map(Path::toString)).noneMatch(file -> file.contains("struck"));
        }
    }

    /** Though af might, and the broker makes whatever topic is asked for. */
    private void assertNoTopicIsMade(AfProcess.Running af) throws Exception {
        String nowhere = "nowhere." + tests;
        kafka.allow(ResourceType.TOPIC, nowhere, AclOperation.CREATE, AclOperation.WRITE);
        send(signed("v-2", "verify"), Map.of("af-reply-to", nowhere));
        awaitSaid(
                af,
                "request v-2: its result is not told yet: the result cannot be sent to the topic " + nowhere
                        + " by Kafka: there is no such topic");
        try (Admin admin = kafka.admin()) {
            assertThat(admin.listTopics().names().get()).contains(requests).doesNotContain(nowhere);
        }
    }

    /** By the broker, in a topic as docs/reference/messages.md makes it: some kilobytes become thirty megabytes. */
    private void assertWhatUnpacksToMuchIsRefused() throws Exception {
        kafka.unpack(requests);
        try (KafkaProducer<byte[], byte[]> packing = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.openServer(),
                        "compression.type",
                        "gzip",
                        "max.request.size",
                        40_000_000,
                        "buffer.memory",
                        64_000_000L),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            assertThatThrownBy(() -> packing.send(new ProducerRecord<>(requests, new byte[30_000_000]))
                            .get())
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    /** The next af need not wait for this one. */
    private void assertGroupIsLeft() throws Exception {
        try (Admin admin = kafka.admin()) {
            assertThat(admin.describeConsumerGroups(List.of(group))
                            .all()
                            .get()
                            .get(group)
                            .members())
                    .isEmpty();
        }
    }

    @Test
    void everythingWrongWithItIsSaidByKey() throws IOException {
        Path file = Files.write(
                folder.resolve("kafka.properties"),
                List.of("enable.auto.commit=true", "sasl.jaas.config=nobodys", "ssl.key.password=nobodys"));
        Files.write(
                folder.resolve("af.properties"),
                List.of(
                        "af.database.main.url = postgresql://h/d",
                        "af.request.kafka.bootstrap-servers = nobodys:secret@h",
                        "af.request.kafka.topic = a b",
                        "af.request.kafka.properties-file = " + file));

        AfProcess.Result refused = af().run("serve");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        "af.request.kafka.bootstrap-servers holds what is no address such as host:9092",
                        "af.request.kafka.topic is 'a b', not a topic such as af.requests",
                        "af.request.kafka.properties-file names " + file + ", which sets enable.auto.commit",
                        "no key is configured that requests are signed with")
                .doesNotContain("nobodys");
    }
}
