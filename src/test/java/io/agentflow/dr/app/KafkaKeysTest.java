package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.kafka.KafkaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaKeysTest {
    private final List<String> wrong = new ArrayList<>();

    @TempDir
    Path folder;

    private KafkaSettings read(String... lines) throws IOException {
        Path file = Files.write(folder.resolve("af.properties"), List.of(lines));
        return new KafkaKeys(AfConfig.load(file, Map.of()), wrong).read();
    }

    @Test
    void theAddressesAreEnough() throws IOException {
        KafkaSettings settings = read("af.request.kafka.bootstrap-servers = a:9092, [::1]:9092");

        assertThat(wrong).isEmpty();
        assertThat(settings.servers()).containsExactly("a:9092", "[::1]:9092");
        assertThat(settings.topic() + " " + settings.group()).isEqualTo("af.requests af");
        assertThat(settings.results()).isNull();
    }

    @Test
    void withoutKafkaThereIsNothing() throws IOException {
        assertThat(read("af.request.folder = inbox")).isNull();
        assertThat(wrong).isEmpty();
    }

    @Test
    void whatHangsOnTheAddressesIsMissedWithoutThem() throws IOException {
        assertThat(read("af.request.kafka.topic = t", "af.request.kafka.properties-file = f"))
                .isNull();

        assertThat(wrong)
                .containsExactly(
                        "af.request.kafka.topic is given, but not af.request.kafka.bootstrap-servers",
                        "af.request.kafka.properties-file is given, but not af.request.kafka.bootstrap-servers");
    }

    @Test
    void everythingWrongIsSaidAtOnceAndNoPasswordIsRepeated() throws IOException {
        read(
                "af.request.kafka.bootstrap-servers = u:hush@h:9092, SASL_SSL://h:9092, h, h:port",
                "af.request.kafka.topic = __consumer_offsets",
                "af.request.kafka.group = a b",
                "af.request.kafka.results-topic = ..",
                "af.request.kafka.properties-file = " + folder.resolve("not-there"));

        assertThat(wrong)
                .containsExactly(
                        "af.request.kafka.bootstrap-servers holds what is no address such as host:9092",
                        "af.request.kafka.bootstrap-servers holds what is no address such as host:9092",
                        "af.request.kafka.bootstrap-servers holds what is no address such as host:9092",
                        "af.request.kafka.bootstrap-servers holds what is no address such as host:9092",
                        "af.request.kafka.topic is '__consumer_offsets', not a topic such as af.requests",
                        "af.request.kafka.results-topic is '..', not a topic such as af.requests",
                        "af.request.kafka.group is 'a b', not a name of letters, digits, ., _ and -",
                        "af.request.kafka.properties-file names " + folder.resolve("not-there")
                                + ", which cannot be read");
    }

    @Test
    void resultsDoNotComeBackAsRequests() throws IOException {
        read("af.request.kafka.bootstrap-servers = h:9092", "af.request.kafka.results-topic = af.requests");

        assertThat(wrong).containsExactly("af.request.kafka.results-topic is the topic of the requests");
    }

    private List<String> problemsOf(String... properties) throws IOException {
        Path file = Files.write(folder.resolve("client.properties"), List.of(properties));
        read("af.request.kafka.bootstrap-servers = h:9092", "af.request.kafka.properties-file = " + file);
        return wrong.stream()
                .map(problem -> problem.replace("af.request.kafka.properties-file names " + file + ", which ", ""))
                .toList();
    }

    @Test
    void aFileOfKafkasToolsIsTaken() throws IOException {
        assertThat(problemsOf(
                        "security.protocol=SASL_SSL",
                        "sasl.mechanism=SCRAM-SHA-512",
                        "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required"
                                + " username=\"af\" password=\"hush\";",
                        "ssl.truststore.location=/etc/af/kafka.jks",
                        "ssl.truststore.password=hush",
                        "client.id=af-1",
                        "isolation.level=read_uncommitted"))
                .isEmpty();
    }

    @Test
    void whatItMayNotSayIsSaidByItsName() throws IOException {
        assertThat(problemsOf(
                        "enable.auto.commit=true",
                        "group.id=other",
                        "key.deserializer=org.example.Odd",
                        "interceptor.classes=org.example.Odd",
                        "auto.offset.reset=latest",
                        "bootstrap.servers=elsewhere:9092"))
                .hasSize(6)
                .allSatisfy(problem -> assertThat(problem).endsWith("config.providers and isolation.level"))
                .anySatisfy(problem -> assertThat(problem).startsWith("sets enable.auto.commit; "));
    }

    @Test
    void whatKafkaDoesNotTakeIsSaidAtOnceAndWithoutASecret() throws IOException {
        assertThat(problemsOf("security.protocol=SASL_SLL", "ssl.key.password=hush"))
                .singleElement()
                .asString()
                .contains("security.protocol")
                .doesNotContain("hush");
    }

    @Test
    void aFileThatIsNoneIsNotRepeated() throws IOException {
        assertThat(problemsOf("ssl.key.password=hush\\u00")).containsExactly("cannot be read");
    }
}
