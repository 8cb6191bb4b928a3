package io.agentflow.dr.request;

import io.agentflow.dr.core.Count;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides about a message, in this order: size, form, signature, rights, whether it is known, time; then keeps it. Safe for
 * use by many threads.
 */
public final class AcceptRequest {
    /** How far the sender's clock may be ahead. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private final RequestStore store;
    private final Limits limits;
    private final Map<String, RequestKey> keys;
    private final Map<String, Boolean> databases;
    private final Clock clock;
    private Instant nextForget;

    /**
     * What bounds requests.
     *
     * @param bytes the longest message
     * @param validity the longest time between issue and expiry
     * @param retention how long results are kept
     */
    public record Limits(int bytes, Duration validity, Duration retention) {}

    /**
     * What became of a message.
     *
     * @param fresh whether it was accepted just now; otherwise it is a copy of one that is known
     * @param stored what is known of it
     */
    public record Decision(boolean fresh, RequestStore.Stored stored) {}

    /**
     * @param keys by their id
     * @param databases the configured names, and whether a message may restore in place there
     */
    public AcceptRequest(
            RequestStore store,
            Limits limits,
            Map<String, RequestKey> keys,
            Map<String, Boolean> databases,
            Clock clock) {
        this.store = store;
        this.limits = limits;
        this.keys = keys;
        this.databases = databases;
        this.clock = clock;
        this.nextForget = clock.instant();
    }

    /** The size that is read at most: whoever has a longer message need not read it. */
    public int mostBytes() {
        return limits.bytes();
    }

    /**
     * Accepts a message, or finds what became of an earlier copy.
     *
     * @param body its first bytes, all of them unless it is too long
     * @param size its length in bytes
     * @return on the disk already
     * @throws RequestRefused if it is not to be worked on, ever
     * @throws io.agentflow.dr.core.OperationFailed if it cannot be kept now: it must not be acknowledged
     */
    public synchronized Decision accept(byte[] body, long size, Arrival arrival) {
        if (size > limits.bytes()) {
            throw refused(
                    "the message has " + Count.of(size, "byte") + ", and " + limits.bytes() + " are allowed",
                    "A request is far shorter; see af.request.max-bytes.",
                    null,
                    false);
        }
        OperationRequest request = read(body);
        requireSignature(request);
        requireRights(request);
        RequestStore.Stored known = store.find(request.id()).orElse(null);
        if (known != null) {
            return new Decision(false, requireSame(known, request));
        }
        Instant now = clock.instant();
        requireTime(request, now);
        forget(now);
        AcceptedRequest accepted = new AcceptedRequest(request, arrival, now);
        store.accept(accepted);
        return new Decision(true, new RequestStore.Stored(accepted, false, null, false));
    }

    /**
     * Looks once more at a request that was kept, now that it is its turn: it may have expired while it waited, or its key
     * may have lost its rights.
     *
     * @throws RequestRefused if it is not to be worked on any more
     */
    public void recheck(OperationRequest request) {
        requireSignature(request);
        requireRights(request);
        requireTime(request, clock.instant());
    }

    /** Once an hour: it reads every file that is kept. */
    private void forget(Instant now) {
        if (!now.isBefore(nextForget)) {
            nextForget = now.plus(FORGET_EVERY);
            store.forget(now.minus(limits.retention()), now);
        }
    }

    private static OperationRequest read(byte[] body) {
        try {
            return RequestJson.read(body);
        } catch (IllegalArgumentException e) {
            throw refused(
                    "the message is no request: " + e.getMessage(),
                    "Make it by af request sign; its form is in docs/reference/request.schema.json.",
                    null,
                    false);
        }
    }

    private void requireSignature(OperationRequest request) {
        RequestKey key = keys.get(request.keyId());
        if (key == null) {
            throw refused(
                    "the key '" + request.keyId() + "' is not known",
                    "Configure it: af.request.key.<id>.secret-file or .public-key-file",
                    request,
                    false);
        }
        if (!key.signed(request)) {
            throw refused(
                    "the signature does not fit the request",
                    "Somebody changed or forged it, or signed with another key.",
                    request,
                    false);
        }
    }

    private void requireRights(OperationRequest request) {
        RequestKey key = keys.get(request.keyId());
        if (key == null || !key.allows(request)) {
            throw refused(
                    "the key '" + request.keyId() + "' may not ask for a "
                            + request.verb().text() + " of '" + request.database() + "' into '" + request.target()
                            + "'",
                    "See af.request.key." + request.keyId() + ".databases and .operations.",
                    request,
                    true);
        }
        boolean inPlace = databases.getOrDefault(request.target(), false);
        if (request.restoreType().equals("critical") && !inPlace) {
            throw refused(
                    "a critical restore changes tables of the live database, which messages may not",
                    "Set af.database." + request.target() + ".allow-restore-by-message, or ask for a full restore,"
                            + " which goes into a new database.",
                    request,
                    true);
        }
    }

    private static RequestStore.Stored requireSame(RequestStore.Stored known, OperationRequest request) {
        if (!known.accepted().request().signedFields().equals(request.signedFields())) {
            throw refused(
                    "the id '" + request.id() + "' was used for another request",
                    "Give every request an id of its own.",
                    request,
                    true);
        }
        return known;
    }

    private void requireTime(OperationRequest request, Instant now) {
        if (!now.isBefore(request.expiresAt())) {
            throw refused(
                    "the request expired at " + request.expiresAt(), "Issue a new one, with a new id.", request, true);
        }
        if (request.issuedAt().isAfter(now.plus(CLOCK_SKEW))) {
            throw refused(
                    "the request was issued in the future, at " + request.issuedAt(),
                    "Set the sender's clock.",
                    request,
                    true);
        }
        if (Duration.between(request.issuedAt(), request.expiresAt()).compareTo(limits.validity()) > 0) {
            throw refused(
                    "the request is valid for longer than is allowed",
                    "Let it expire earlier; see af.request.longest-validity.",
                    request,
                    true);
        }
    }

    private static RequestRefused refused(
            String fact, String hint, @Nullable OperationRequest claimed, boolean authentic) {
        return new RequestRefused(fact, hint, claimed, authentic);
    }
}
