package io.agentflow.dr.request;

import io.agentflow.dr.core.ChangedLines;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** Whether requests can come by a trigger, as its own thread last saw it; the log is told when it changes. */
public final class Availability {
    /** Brokers are restarted, and groups shared out anew, without anybody being called for it. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private final String broker;
    private final Consumer<String> once;
    private final Clock clock;
    private volatile Seen seen;

    /**
     * What was seen.
     *
     * @param since when it has become so
     */
    private record Seen(boolean up, String line, Instant since) {}

    /**
     * It is not available yet.
     *
     * @param broker what each line for the log begins with
     * @param say gets lines for the log
     */
    public Availability(String broker, Consumer<String> say, Clock clock) {
        this.broker = broker;
        this.once = new ChangedLines(say);
        this.clock = clock;
        this.seen = new Seen(false, "not connected yet", clock.instant());
    }

    /** Requests can come. */
    public void up(String line) {
        see(true, line);
    }

    /** No request can come; it is tried again. */
    public void down(String line) {
        see(false, line);
    }

    private synchronized void see(boolean up, String line) {
        seen = new Seen(up, line, seen.up == up ? seen.since : clock.instant());
        once.accept(broker + ": " + line);
    }

    /** What was seen last; it is well for a minute longer than requests can come. */
    public Trigger.Standing standing() {
        Seen now = seen;
        boolean well = now.up || clock.instant().isBefore(now.since.plus(GRACE));
        return new Trigger.Standing(well, now.line + ", since " + now.since);
    }
}
