package io.agentflow.dr.app;

import io.agentflow.dr.core.Count;
import io.agentflow.dr.request.AcceptRequest;
import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.OperationRequest;
import io.agentflow.dr.request.RequestRefused;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.request.RequestStore;
import io.agentflow.dr.request.Strangers;
import io.agentflow.dr.route.ReceivedMessage;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Where every message arrives, whatever brought it: accepted, it is on the disk when {@link #receive} returns and may be
 * acknowledged; refused, it is in the journal and among the dead letters, and may be acknowledged too.
 */
public final class RequestDesk {
    private final AcceptRequest accept;
    private final RequestedWork work;
    private final RequestReplies replies;
    private final Refusals refusals;
    private final Clock clock;
    private final Consumer<String> say;
    private final Strangers strangers = new Strangers();
    private final AtomicLong refused = new AtomicLong();

    /** Who is told what was refused. */
    interface Refusals {
        /**
         * Hears of one message.
         *
         * @param what the message in words, without what it holds unless it was readable
         */
        void refused(Arrival arrival, String what, RequestRefused why);
    }

    /**
     * Puts the desk together.
     *
     * @param refusals is told what was refused, and why
     */
    RequestDesk(
            AcceptRequest accept,
            RequestedWork work,
            RequestReplies replies,
            Refusals refusals,
            Clock clock,
            Consumer<String> say) {
        this.accept = accept;
        this.work = work;
        this.replies = replies;
        this.refusals = refusals;
        this.clock = clock;
        this.say = say;
    }

    /**
     * Takes a message.
     *
     * @return accepted or refused
     * @throws io.agentflow.dr.core.OperationFailed if it cannot be kept now: it must not be acknowledged
     */
    public String receive(ReceivedMessage message) {
        Arrival arrival = message.arrival();
        try {
            AcceptRequest.Decision decision = accept.accept(message.body(), message.size(), arrival);
            answer(decision, arrival);
            return "accepted";
        } catch (RequestRefused e) {
            refuse(message, e);
            return "refused";
        }
    }

    private void answer(AcceptRequest.Decision decision, Arrival arrival) {
        RequestStore.Stored stored = decision.stored();
        RequestResult result = stored.result();
        replies.tell(arrival, result == null ? RequestResult.accepted(stored.accepted()) : result);
        if (decision.fresh()) {
            say.accept(stored.accepted().request().target() + ": accepted by " + arrival.trigger() + ": "
                    + stored.accepted().request().summary());
        }
        // Also of a copy: the first one may have been kept, and then failed to be queued. What has begun is not begun
        // again.
        if (result == null && !stored.begun()) {
            work.submit(stored.accepted());
        }
    }

    /** How many messages were refused. */
    long refused() {
        return refused.get();
    }

    private void refuse(ReceivedMessage message, RequestRefused why) {
        refused.incrementAndGet();
        String others = why.authentic() ? "" : strangers.came(clock.instant());
        if (others != null) {
            refuse(message, why, others);
        }
    }

    private void refuse(ReceivedMessage message, RequestRefused why, String others) {
        OperationRequest claimed = why.claimed();
        String what = "message by " + message.arrival().trigger() + " of " + Count.of(message.size(), "byte")
                + (claimed == null ? "" : (why.authentic() ? ": " : ", which says of itself: ") + claimed.summary())
                + others;
        say.accept("refused: " + what + ": " + why.fact());
        refusals.refused(message.arrival(), what, why);
        if (claimed != null && why.authentic()) {
            replies.tell(message.arrival(), RequestResult.refused(claimed, why, clock.instant()));
        }
    }
}
