package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.nats.NatsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NatsKeysTest {
    private final List<String> wrong = new ArrayList<>();

    @TempDir
    Path folder;

    private NatsSettings read(String... lines) throws IOException {
        Path file = Files.write(folder.resolve("af.properties"), List.of(lines));
        return new NatsKeys(AfConfig.load(file, Map.of()), wrong).read();
    }

    @Test
    void theAddressIsEnough() throws IOException {
        NatsSettings settings = read("af.request.nats.url = nats://a:4222, tls://b:4222");

        assertThat(wrong).isEmpty();
        assertThat(settings.servers()).containsExactly("nats://a:4222", "tls://b:4222");
        assertThat(settings.stream() + " " + settings.subject() + " " + settings.durable())
                .isEqualTo("AF_REQUESTS af.requests af");
        assertThat(settings.results()).isNull();
    }

    @Test
    void withoutNatsThereIsNothing() throws IOException {
        assertThat(read("af.request.folder = inbox")).isNull();
        assertThat(wrong).isEmpty();
    }

    @Test
    void whatHangsOnTheAddressIsMissedWithoutIt() throws IOException {
        assertThat(read("af.request.nats.stream = S", "af.request.nats.user = u"))
                .isNull();

        assertThat(wrong)
                .containsExactly(
                        "af.request.nats.stream is given, but not af.request.nats.url",
                        "af.request.nats.user is given, but not af.request.nats.url");
    }

    @Test
    void everythingWrongIsSaidAtOnceAndNoPasswordIsRepeated() throws IOException {
        read(
                "af.request.nats.url = nats://u:hush@h:4222, http://h, not an address, nats:h",
                "af.request.nats.stream = a.b",
                "af.request.nats.subject = af.>",
                "af.request.nats.durable = a b",
                "af.request.nats.results-subject = $JS.API.STREAM.DELETE.X",
                "af.request.nats.user = u",
                "af.request.nats.credentials-file = " + folder.resolve("not-there"));

        assertThat(wrong)
                .containsExactly(
                        "af.request.nats.url holds a user: use af.request.nats.user and af.request.nats.password-file",
                        "af.request.nats.url holds what is no address such as nats://host:4222 or tls://host:4222",
                        "af.request.nats.url holds what is no address such as nats://host:4222 or tls://host:4222",
                        "af.request.nats.url holds what is no address such as nats://host:4222 or tls://host:4222",
                        "af.request.nats.subject is 'af.>', not one subject such as af.requests",
                        "af.request.nats.results-subject is '$JS.API.STREAM.DELETE.X', not one subject such as af.requests",
                        "af.request.nats.stream is 'a.b', not a name of letters, digits, _ and -",
                        "af.request.nats.durable is 'a b', not a name of letters, digits, _ and -",
                        "af.request.nats.credentials-file names " + folder.resolve("not-there")
                                + ", which cannot be read",
                        "af.request.nats.user and af.request.nats.password-file need each other",
                        "af.request.nats.credentials-file and af.request.nats.user exclude each other");
    }

    @Test
    void resultsDoNotComeBackAsRequests() throws IOException {
        read("af.request.nats.url = nats://h:4222", "af.request.nats.results-subject = af.requests");

        assertThat(wrong).containsExactly("af.request.nats.results-subject is the subject of the requests");
    }
}
