package io.agentflow.dr.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A fact in the form of CloudEvents 1.0 (JSON), as docs/reference/events.schema.json has it.
 *
 * @param id no two events of one source have the same
 * @param source the host, as a URI
 * @param subject what it is about: an operation's id, or a database
 * @param data what is known, without secrets
 */
public record CloudEvent(
        String id,
        String source,
        Type type,
        String subject,
        Instant time,
        Severity severity,
        Map<String, Object> data) {
    /** Of the body, for recipients that ask. */
    public static final String CONTENT_TYPE = "application/cloudevents+json";

    /** Made for the first one that is sent: most commands send none. */
    private static final class Writing {
        static final ObjectMapper JSON = new ObjectMapper();
    }

    /** What happened. */
    public enum Type {
        STARTED("operation.started"),
        PROGRESS("operation.progress"),
        DONE("operation.done"),
        FAILED("operation.failed"),
        REFUSED("operation.refused"),
        /** The newest backup of a database is older than its RPO allows. */
        OVERDUE("backup.overdue"),
        /** A store that follows another did not get what it lacks. */
        BEHIND("store.behind"),
        /** A store that was behind has all again. */
        CAUGHT_UP("store.caught-up");

        private final String text;

        Type(String text) {
            this.text = "io.agentflow.dr." + text;
        }

        /** As it stands in the JSON. */
        public String text() {
            return text;
        }
    }

    /** As JSON. */
    public String json() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("specversion", "1.0");
        document.put("id", id);
        document.put("source", source);
        document.put("type", type.text());
        document.put("subject", subject);
        document.put("time", time.toString());
        document.put("datacontenttype", "application/json");
        document.put("severity", severity.text());
        document.put("data", data);
        try {
            return Writing.JSON.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a document of maps can always be written", e);
        }
    }

    /** As somebody is sent it; progress is the first to be left out where there is no room. */
    public Notice notice() {
        return new Notice(type.text(), severity, type == Type.PROGRESS, CONTENT_TYPE, json());
    }
}
