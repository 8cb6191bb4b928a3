package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalNats;
import io.agentflow.dr.testing.LocalPostgres;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.NKey;
import io.nats.client.Subscription;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests by NATS JetStream, with a server of its own for each test. */
class NatsRequestsIT extends RequestsContract {
    private static final String REQUESTS = "AF_REQUESTS";
    private static final String RESULTS = "AF_RESULTS";
    private static final ObjectMapper JSON = new ObjectMapper();

    private LocalNats nats;
    private NKey key;

    @BeforeEach
    void startServer() throws Exception {
        key = NKey.createUser(new SecureRandom());
        nats = LocalNats.start(folder.resolve("nats"), new String(key.getPublicKey()));
        stream(RESULTS, "af.results", "mine.>");
    }

    @AfterEach
    void endServer() {
        nats.close();
    }

    private void stream(String name, String... subjects) throws Exception {
        nats.connected(connection -> connection
                .jetStreamManagement()
                .addStream(StreamConfiguration.builder()
                        .name(name)
                        .subjects(subjects)
                        .build()));
    }

    @Override
    List<String> configuration() {
        try {
            Path password = Files.writeString(folder.resolve("nats-password"), LocalNats.PASSWORD + "\n");
            return List.of(
                    "af.request.nats.url = " + nats.url(),
                    "af.request.nats.user = af",
                    "af.request.nats.password-file = " + password,
                    "af.request.nats.results-subject = af.results");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    void send(byte[] message, Map<String, String> headers) throws Exception {
        Headers all = new Headers();
        headers.forEach(all::put);
        nats.connected(connection -> {
            // af makes the stream when it has connected.
            await().until(() ->
                    connection.jetStreamManagement().getStreamNames().contains(REQUESTS));
            return connection
                    .jetStream()
                    .publish(NatsMessage.builder()
                            .subject("af.requests")
                            .headers(all)
                            .data(message)
                            .build());
        });
    }

    @Override
    List<JsonNode> results() throws Exception {
        List<JsonNode> results = new ArrayList<>();
        for (MessageInfo kept : told()) {
            results.add(JSON.readTree(kept.getData()));
        }
        return results;
    }

    private List<MessageInfo> told() throws Exception {
        return nats.connected(connection -> {
            JetStreamManagement streams = connection.jetStreamManagement();
            List<MessageInfo> told = new ArrayList<>();
            long last = streams.getStreamInfo(RESULTS).getStreamState().getLastSequence();
            for (long i = 1; i <= last; i++) {
                told.add(streams.getMessage(RESULTS, i));
            }
            return told;
        });
    }

    @Override
    void restartBroker() {
        nats.kill();
        nats.start();
    }

    @Test
    void whatWasSentWhileNothingRanIsDoneOnceAndToldWhereItsSenderWantsIt() throws Exception {
        ADatabase main = LocalPostgres.shared().database("requests_nats").with("CREATE TABLE t AS SELECT 1 AS a");
        stream(REQUESTS, "af.requests");
        send(signed("b-1", "backup"), Map.of("Af-Reply-To", "mine.results"));
        restartBroker();
        AfProcess.Running af = serve(
                af(),
                main,
                "af.request.nats.user = ",
                "af.request.nats.password-file = ",
                "af.request.nats.credentials-file = " + credentials());
        awaitResult(af, "b-1", "done");
        restartBroker();
        send(signed("v-1", "verify"), Map.of("Af-Reply-To", "$JS.API.STREAM.DELETE." + RESULTS));
        awaitResult(af, "v-1", "done");
        assertInboxIsTold();

        af.process().destroy();
        assertThat(af.await().exitCode()).isEqualTo(143);
        assertThat(told())
                .extracting(one -> one.getSubject() + " " + one.getHeaders().getFirst("Af-Request-Sequence") + " "
                        + JSON.readTree(one.getData()).path("status").asText())
                .containsExactly(
                        "mine.results 1 accepted", "mine.results 1 done", "af.results 2 accepted", "af.results 2 done");
        assertThat(af().run("backup", "list", "--json").json().path("backups")).hasSize(1);
        assertThat(af.errSoFar()).doesNotContain(LocalNats.PASSWORD, "ermissions", new String(key.getSeed()));
        assertNothingIsLeft();
    }

    /** A key and, where no operator signs, a token that nobody looks at. */
    private Path credentials() throws Exception {
        return Files.writeString(folder.resolve("af.creds"), """
                -----BEGIN NATS USER JWT-----
                eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.e30.AAAA
                ------END NATS USER JWT------

                -----BEGIN USER NKEY SEED-----
                %s
                ------END USER NKEY SEED------
                """.formatted(new String(key.getSeed())));
    }

    /** A subject that no stream keeps: who listens is told. */
    private void assertInboxIsTold() throws Exception {
        List<String> told = nats.connected(connection -> {
            Subscription inbox = connection.subscribe("_INBOX.of.the.tests");
            connection.flush(Duration.ofSeconds(5));
            send(signed("v-2", "verify"), Map.of("Af-Reply-To", "_INBOX.of.the.tests"));
            return List.of(next(inbox), next(inbox));
        });
        assertThat(told).containsExactly("3 accepted", "3 done");
    }

    private static String next(Subscription inbox) throws Exception {
        Message told = inbox.nextMessage(Duration.ofSeconds(60));
        assertThat(told).isNotNull();
        return told.getHeaders().getFirst("Af-Request-Sequence") + " "
                + JSON.readTree(told.getData()).path("status").asText();
    }

    private void assertNothingIsLeft() throws Exception {
        ConsumerInfo place =
                nats.connected(connection -> connection.jetStreamManagement().getConsumerInfo(REQUESTS, "af"));
        assertThat(place.getNumPending()).isZero();
        assertThat(place.getNumAckPending()).isZero();
    }
}
