package io.agentflow.dr.app;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.event.Announcer;
import io.agentflow.dr.event.CloudEvent;
import io.agentflow.dr.event.Notice;
import io.agentflow.dr.event.Outbox;
import io.agentflow.dr.event.Severity;
import io.agentflow.dr.route.NotifyRoutes;
import io.agentflow.dr.route.RouteTexts;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what, as the configuration says. Nothing is started before there is something to tell, and nothing at all
 * where nobody is to be told.
 */
final class Announcements {
    private static final String DEAD_LETTERS = "dead-letter";
    /** So many wait for a recipient that is slow; an event has about a kilobyte. */
    private static final int MOST = 1000;

    private final Map<String, String> addresses = new LinkedHashMap<>();
    private final Map<String, String> failing = new ConcurrentHashMap<>();
    private final List<Outbox> events = new ArrayList<>();
    private final @Nullable Outbox deadLetters;
    private final Announcer announcer;
    private final Supplier<RouteTexts> routes;
    private volatile Consumer<String> say = line -> System.err.println("warning: " + line);
    private @Nullable NotifyRoutes started;

    /** @param routes those that tell others; asked for when there is something to tell */
    Announcements(AfConfig config, Supplier<RouteTexts> routes, Clock clock, Redaction redaction) {
        this.routes = routes;
        if (config.given(ConfigKey.EVENTS_URI)) {
            events.add(outbox("events", config.text(ConfigKey.EVENTS_URI), Severity.INFO));
        }
        List<String> uris = config.list(ConfigKey.NOTIFY_URIS);
        for (int i = 0; i < uris.size(); i++) {
            events.add(
                    outbox("notify-" + (i + 1), uris.get(i), Severity.parse(config.text(ConfigKey.NOTIFY_SEVERITY))));
        }
        this.deadLetters = config.given(ConfigKey.DEAD_LETTER_URI)
                ? outbox(DEAD_LETTERS, config.text(ConfigKey.DEAD_LETTER_URI), Severity.INFO)
                : null;
        this.announcer = new Announcer(this::put, clock, config.time(ConfigKey.EVENTS_PACE), redaction);
    }

    private Outbox outbox(String name, String address, Severity least) {
        addresses.put(name, address);
        return new Outbox(name, least, MOST, notice -> send(name, notice), (notice, why) -> failed(name, notice, why));
    }

    private void send(String recipient, Notice notice) {
        routes().send(recipient, notice.contentType(), notice.json());
        failing.remove(recipient);
    }

    private synchronized NotifyRoutes routes() {
        NotifyRoutes now = started;
        if (now == null) {
            now = NotifyRoutes.start(routes.get(), addresses);
            started = now;
        }
        return now;
    }

    private void failed(String recipient, Notice notice, Throwable why) {
        String reason = String.valueOf(why.getMessage());
        // One that is away for a day is said once, not for every event; af_events_dropped_total counts them.
        if (!reason.equals(failing.put(recipient, reason))) {
            say.accept(recipient + " could not be told of " + notice.what() + ": " + reason);
        }
    }

    private void put(CloudEvent event) {
        if (!events.isEmpty()) {
            Notice notice = event.notice();
            events.forEach(outbox -> outbox.put(notice));
        }
    }

    /** Starts now what would be started with the first event. @throws io.agentflow.dr.core.AfException if it is wrong */
    void start(Consumer<String> log) {
        this.say = log;
        if (!addresses.isEmpty()) {
            routes();
        }
    }

    Announcer announcer() {
        return announcer;
    }

    /** Sends a dead-letter report to where such are sent besides, if anywhere. */
    void deadLetter(byte[] report) {
        if (deadLetters != null) {
            deadLetters.put(new Notice(
                    "a dead letter",
                    Severity.ERROR,
                    false,
                    "application/json",
                    new String(report, StandardCharsets.UTF_8)));
        }
    }

    List<Outbox> outboxes() {
        List<Outbox> all = new ArrayList<>(events);
        if (deadLetters != null) {
            all.add(deadLetters);
        }
        return all;
    }

    /** Waits until all is told, so long at most in all. */
    void flush(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (Outbox outbox : outboxes()) {
                int given = outbox.flush(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
                if (given > 0) {
                    say.accept(outbox.recipient() + " was not told of " + Count.of(given, "event")
                            + ": they took longer than af waits for at its end");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
