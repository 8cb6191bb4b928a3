package io.agentflow.dr.event;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Requester;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One operation, as others are told of it: that it started, how far it is, how it ended. */
public final class ToldOperation implements OperationEvents {
    /** So many warnings are told; a database may have one for each of its tables. */
    private static final int MOST_WARNINGS = 50;

    private final OperationId id;
    private final OperationEvents others;
    private final Announcer announcer;
    private final Set<String> warnings = new LinkedHashSet<>();
    private @Nullable Requester who;
    private String request = "";
    private @Nullable Instant startedAt;
    private @Nullable Instant toldAt;
    private String step = "";
    private @Nullable String report;

    ToldOperation(OperationId id, OperationEvents others, Announcer announcer) {
        this.id = id;
        this.others = others;
        this.announcer = announcer;
    }

    OperationId id() {
        return id;
    }

    /**
     * It begins.
     *
     * @param asked what for, without secrets
     */
    public synchronized void started(Requester asking, String asked) {
        this.who = asking;
        this.request = asked;
        this.startedAt = announcer.now();
        announce(CloudEvent.Type.STARTED, Severity.INFO, data());
    }

    /** It came to nothing before it began, or was killed in another process. */
    public synchronized void cameToNothing(Requester asking, String asked, AfException why) {
        this.who = asking;
        this.request = asked;
        failed(why, false);
    }

    @Override
    public void accept(OperationEvent event) {
        others.accept(event);
        hear(event);
    }

    private synchronized void hear(OperationEvent event) {
        if (event instanceof OperationEvent.Progress progress) {
            progress(progress);
        } else if (event instanceof OperationEvent.Warned warned) {
            warned(warned.text());
        } else if (event instanceof OperationEvent.StepFailed failed && step.isEmpty()) {
            step = failed.step();
        } else if (event instanceof OperationEvent.Retrying) {
            step = "";
        } else if (event instanceof OperationEvent.Reported reported) {
            report = reported.file();
        }
    }

    private void warned(String text) {
        if (warnings.size() < MOST_WARNINGS) {
            warnings.add(announcer.redacted(text));
        }
    }

    private void progress(OperationEvent.Progress progress) {
        Instant now = announcer.now();
        if (who == null || (toldAt != null && now.isBefore(toldAt.plus(announcer.pace())))) {
            return;
        }
        toldAt = now;
        Map<String, Object> data = data();
        data.put("part", progress.part());
        data.put("done", progress.done() < 0 ? null : Math.min(1, progress.done()));
        data.put("detail", announcer.redacted(progress.detail()));
        announce(CloudEvent.Type.PROGRESS, Severity.INFO, data);
    }

    /**
     * It is done.
     *
     * @param code of the command that asked for it
     * @param more warnings that were no events
     */
    public synchronized void done(ExitCode code, String outcome, List<String> more) {
        more.forEach(this::warned);
        Map<String, Object> data = data();
        data.put("outcome", announcer.redacted(outcome));
        data.put("warnings", List.copyOf(warnings));
        data.put("seconds", seconds());
        data.put("exitCode", code.number());
        announce(CloudEvent.Type.DONE, warnings.isEmpty() ? Severity.INFO : Severity.WARNING, data);
        // A branch that comes late has no more to tell.
        who = null;
    }

    /**
     * It failed, was refused, or was cancelled.
     *
     * @param told whether an operation within it has told that already: then this is an end and no news
     */
    public synchronized void failed(RuntimeException failure, boolean told) {
        AfException known = AfException.in(failure);
        ExitCode code = known == null ? ExitCode.FAILED : known.exitCode();
        Map<String, Object> data = data();
        data.put("message", known == null ? failure.getClass().getSimpleName() : announcer.redacted(known.fact()));
        data.put("hint", known == null ? "This is a bug: please report it." : announcer.redacted(known.hint()));
        data.put("exitCode", code.number());
        data.put("step", step);
        data.put("report", report);
        data.put("warnings", List.copyOf(warnings));
        data.put("seconds", seconds());
        boolean refused = code == ExitCode.REFUSED;
        boolean mild = refused || known instanceof Cancelled || code == ExitCode.WARNINGS;
        announce(
                refused ? CloudEvent.Type.REFUSED : CloudEvent.Type.FAILED,
                told ? Severity.INFO : mild ? Severity.WARNING : Severity.ERROR,
                data);
        who = null;
    }

    private Map<String, Object> data() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("operation", id.text());
        data.put("verb", id.verb());
        data.put("request", announcer.redacted(request));
        Requester asked = who;
        if (asked != null) {
            data.put("user", asked.user());
            data.put("key", asked.key());
            data.put("host", asked.host());
            data.put("from", asked.from());
        }
        return data;
    }

    private double seconds() {
        Instant start = startedAt;
        return start == null ? 0 : Duration.between(start, announcer.now()).toMillis() / 1000.0;
    }

    private void announce(CloudEvent.Type type, Severity severity, Map<String, Object> data) {
        Requester asked = who;
        if (asked != null) {
            announcer.announce(type, id.text(), asked, severity, data);
        }
    }
}
