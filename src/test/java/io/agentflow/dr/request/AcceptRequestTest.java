package io.agentflow.dr.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.OperationFailed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask for what, when, and how often. */
class AcceptRequestTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:05:00Z");
    private static final Arrival ARRIVAL = new Arrival("jms", "answers", "c-1");
    private static final RequestSignature OPS = RequestSignature.shared("the secret of the operators, long enough");
    private static final RequestSignature OTHER = RequestSignature.shared("the secret of somebody else, long enough");

    @TempDir
    Path state;

    private AcceptRequest at(Instant now) {
        RequestKey ops = new RequestKey("ops", OPS, Set.of("main", "open"), EnumSet.allOf(RequestedVerb.class));
        RequestKey reader = new RequestKey("reader", OTHER, Set.of("main"), Set.of(RequestedVerb.VERIFY));
        return new AcceptRequest(
                new RequestStore(state),
                new AcceptRequest.Limits(4096, Duration.ofHours(1), Duration.ofHours(10)),
                Map.of("ops", ops, "reader", reader),
                Map.of("main", false, "open", true, "secret", false),
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private static OperationRequest request(RequestSignature signature, String... changes) {
        Map<String, String> fields = new TreeMap<>(Map.of(
                "id", "r-1",
                "operation", "backup",
                "database", "main",
                "requestedBy", "somebody",
                "issuedAt", "2026-11-26T10:00:00Z",
                "expiresAt", "2026-11-26T10:15:00Z",
                "keyId", "ops"));
        for (int i = 0; i < changes.length; i += 2) {
            fields.put(changes[i], changes[i + 1]);
        }
        return new SignRequest(signature).sign(fields);
    }

    private AcceptRequest.Decision accept(Instant now, OperationRequest request) {
        byte[] message = RequestJson.canonical(request.fields());
        return at(now).accept(message, message.length, ARRIVAL);
    }

    private RequestRefused refusal(OperationRequest request) {
        return catchThrowableOfType(RequestRefused.class, () -> accept(NOW, request));
    }

    @Test
    void anAcceptedRequestIsOnTheDiskWithHowItCame() throws IOException {
        try (FileChannel owned = new RequestStore(state).own()) {
            assertThat(owned.isOpen()).isTrue();
            AcceptRequest.Decision decision = accept(NOW, request(OPS));

            assertThat(decision.fresh()).isTrue();
            RequestStore.Stored stored = new RequestStore(state).find("r-1").orElseThrow();
            assertThat(stored.accepted().request().fields())
                    .isEqualTo(request(OPS).fields());
            assertThat(stored.accepted().arrival()).isEqualTo(ARRIVAL);
            assertThat(stored.accepted().acceptedAt()).isEqualTo(NOW);
            assertThat(stored.begun()).isFalse();
        }
    }

    @Test
    void aCopyGetsWhatIsKnownAndAnotherContentIsRefused() throws IOException {
        try (FileChannel owned = new RequestStore(state).own()) {
            assertThat(owned.isOpen()).isTrue();
            accept(NOW, request(OPS));
            RequestStore store = new RequestStore(state);
            assertThat(accept(NOW, request(OPS)).fresh()).isFalse();
            store.begin("r-1", NOW);
            store.finish(RequestResult.done(request(OPS), NOW, "it is done", List.of())
                    .with("backup", "b"));

            // Long after it has expired: the sender may have lost the first answer.
            AcceptRequest.Decision copy = accept(NOW.plus(Duration.ofHours(5)), request(OPS));

            assertThat(copy.fresh()).isFalse();
            assertThat(copy.stored().result().fields())
                    .containsEntry("backup", "b")
                    .containsEntry("exitCode", 0);
            assertThat(refusal(request(OPS, "requestedBy", "somebody else")))
                    .hasMessage("the id 'r-1' was used for another request")
                    .extracting(RequestRefused::authentic)
                    .isEqualTo(true);
        }
    }

    @Test
    void whatIsForgedOrUnknownIsRefusedAndItsSenderIsNotTold() {
        OperationRequest forged = request(OTHER);
        assertThat(refusal(forged)).hasMessage("the signature does not fit the request");
        assertThat(refusal(forged).authentic()).isFalse();
        assertThat(refusal(request(OPS, "keyId", "nobody")).authentic()).isFalse();
        Map<String, String> changed = request(OPS).fields();
        changed.put("database", "open");
        assertThat(refusal(OperationRequest.of(changed))).hasMessage("the signature does not fit the request");
        assertThatThrownBy(() -> at(NOW).accept(new byte[0], 10 * 1024 * 1024, ARRIVAL))
                .hasMessageContaining("10485760 bytes");
        assertThat(new RequestStore(state).all()).isEmpty();
    }

    @Test
    void aKeyAsksOnlyForWhatItMay() {
        assertThat(refusal(request(OPS, "database", "secret"))).hasMessageContaining("may not ask for a backup");
        assertThat(refusal(request(OPS, "operation", "restore", "target", "secret")))
                .hasMessageContaining("may not ask for a restore");
        assertThat(refusal(request(OTHER, "keyId", "reader"))).hasMessageContaining("may not ask for a backup");
        assertThat(refusal(request(OPS, "operation", "restore", "restoreType", "critical")))
                .hasMessageContaining("live database");
        assertThat(refusal(request(OPS, "database", "secret")).authentic()).isTrue();
    }

    @Test
    void timeIsWatched() {
        assertThatThrownBy(() -> accept(Instant.parse("2026-11-26T10:15:00Z"), request(OPS)))
                .hasMessage("the request expired at 2026-11-26T10:15:00Z");
        assertThatThrownBy(() -> accept(Instant.parse("2026-11-26T09:58:00Z"), request(OPS)))
                .hasMessageContaining("in the future");
        assertThat(refusal(request(OPS, "expiresAt", "2026-11-26T11:00:01Z"))).hasMessageContaining("longer");
    }

    @Test
    void whatIsOldIsForgottenOnceItHasExpired() throws IOException {
        RequestStore store = new RequestStore(state);
        try (FileChannel owned = store.own()) {
            assertThat(owned.isOpen()).isTrue();
            accept(NOW, request(OPS));
            store.finish(RequestResult.done(request(OPS), NOW, "it is done", List.of()));
            Instant later = NOW.plus(Duration.ofHours(11));
            OperationRequest next = request(
                    OPS,
                    "id",
                    "r-2",
                    "issuedAt",
                    later.toString(),
                    "expiresAt",
                    later.plusSeconds(60).toString());
            accept(later, next);
            assertThat(store.find("r-1")).as("nobody was told its result").isPresent();
            store.published("r-1", NOW);
            accept(
                    later,
                    request(
                            OPS,
                            "id",
                            "r-3",
                            "issuedAt",
                            later.toString(),
                            "expiresAt",
                            later.plusSeconds(60).toString()));

            assertThat(store.find("r-1")).isEmpty();
            assertThat(store.all()).extracting(RequestStore.Stored::id).containsExactlyInAnyOrder("r-2", "r-3");
            assertThatThrownBy(() -> accept(later, request(OPS))).hasMessageContaining("expired");
        }
    }

    @Test
    void aDiskThatIsFullIsNoRefusal() throws IOException {
        Files.writeString(state.resolve("requests"), "no folder");

        assertThatThrownBy(() -> accept(NOW, request(OPS))).isInstanceOf(OperationFailed.class);
    }

    @Test
    void oneProcessAloneWorksOnThem() throws IOException {
        try (FileChannel owned = new RequestStore(state).own()) {
            Files.writeString(state.resolve("requests/.r-9.request.tmp"), "half");
            assertThat(owned.isOpen()).isTrue();
            assertThatThrownBy(() -> new RequestStore(state).own()).isInstanceOf(Busy.class);
        }
        try (FileChannel again = new RequestStore(state).own()) {
            assertThat(again.isOpen()).isTrue();
            assertThat(state.resolve("requests/.r-9.request.tmp")).doesNotExist();
        }
    }

    @Test
    void whatHasWaitedTooLongOrLostItsKeyIsNotWorkedOn() {
        OperationRequest request = request(OPS);
        assertThatCode(() -> at(NOW).recheck(request)).doesNotThrowAnyException();

        assertThatThrownBy(() -> at(Instant.parse("2026-11-26T10:15:00Z")).recheck(request))
                .isInstanceOf(RequestRefused.class)
                .hasMessageContaining("expired at");
        AcceptRequest withoutKeys = new AcceptRequest(
                new RequestStore(state),
                new AcceptRequest.Limits(4096, Duration.ofHours(1), Duration.ofHours(10)),
                Map.of(),
                Map.of("main", false),
                Clock.fixed(NOW, ZoneOffset.UTC));
        assertThatThrownBy(() -> withoutKeys.recheck(request))
                .isInstanceOf(RequestRefused.class)
                .hasMessageContaining("is not known");
    }
}
