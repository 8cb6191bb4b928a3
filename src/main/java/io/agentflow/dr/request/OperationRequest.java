package io.agentflow.dr.request;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request for one operation, every field of it in its form. It names databases as the configuration does, never where
 * they are.
 */
public final class OperationRequest implements Serializable {
    private static final long serialVersionUID = 1L;

    private final EnumMap<RequestField, String> fields;

    /** @throws IllegalArgumentException if a field is missing, out of form, or of no meaning to the operation */
    private OperationRequest(Map<RequestField, String> fields) {
        this.fields = new EnumMap<>(fields);
        for (RequestField field : RequestField.values()) {
            requireForm(field);
        }
        only(RequestField.SELECTOR, verb() != RequestedVerb.BACKUP);
        only(RequestField.RESTORE_TYPE, verb() == RequestedVerb.RESTORE);
        only(RequestField.TARGET, verb() == RequestedVerb.RESTORE);
        if (!expiresAt().isAfter(issuedAt())) {
            throw new IllegalArgumentException("it expires before it is issued");
        }
    }

    /**
     * From the names and values of its fields.
     *
     * @throws IllegalArgumentException if it is no request; says why
     */
    public static OperationRequest of(Map<String, String> texts) {
        Map<RequestField, String> fields = new EnumMap<>(RequestField.class);
        texts.forEach((name, value) -> fields.put(
                RequestField.of(name).orElseThrow(() -> new IllegalArgumentException("it has an unknown field")),
                value));
        return new OperationRequest(fields);
    }

    private void requireForm(RequestField field) {
        String value = fields.get(field);
        if (value == null && field.required()) {
            throw new IllegalArgumentException("the field " + field.text() + " is missing");
        }
        // The value is not repeated: it may be anything.
        if (value != null && !field.accepts(value)) {
            throw new IllegalArgumentException("the field " + field.text() + " is out of form: " + field.pattern());
        }
    }

    private void only(RequestField field, boolean allowed) {
        if (fields.containsKey(field) && !allowed) {
            throw new IllegalArgumentException("the field " + field.text() + " is of no meaning to " + verb().text());
        }
    }

    private String text(RequestField field) {
        return fields.getOrDefault(field, "");
    }

    private Instant instant(RequestField field) {
        try {
            return Instant.parse(text(field));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("the field " + field.text() + " is no time", e);
        }
    }

    public String id() {
        return text(RequestField.ID);
    }

    public RequestedVerb verb() {
        return RequestedVerb.parse(text(RequestField.OPERATION));
    }

    /** The configured name of the database that the backup is of. */
    public String database() {
        return text(RequestField.DATABASE);
    }

    /** Which backup: an id or a part of one, latest or oldest. */
    public String selector() {
        return fields.getOrDefault(RequestField.SELECTOR, "latest");
    }

    /** What of it is restored: full, schema or critical. */
    public String restoreType() {
        return fields.getOrDefault(RequestField.RESTORE_TYPE, "full");
    }

    /** The configured name of the database that is worked on. */
    public String target() {
        return fields.getOrDefault(RequestField.TARGET, database());
    }

    public String requestedBy() {
        return text(RequestField.REQUESTED_BY);
    }

    public Instant issuedAt() {
        return instant(RequestField.ISSUED_AT);
    }

    public Instant expiresAt() {
        return instant(RequestField.EXPIRES_AT);
    }

    public String keyId() {
        return text(RequestField.KEY_ID);
    }

    /** In Base64. */
    public String signature() {
        return text(RequestField.SIGNATURE);
    }

    /** Every field that is there by its name, but for the signature: what is signed. */
    public Map<String, String> signedFields() {
        Map<String, String> signed = fields();
        signed.remove(RequestField.SIGNATURE.text());
        return signed;
    }

    /** Every field that is there, by its name. */
    public Map<String, String> fields() {
        Map<String, String> all = new TreeMap<>();
        fields.forEach((field, value) -> all.put(field.text(), value));
        return all;
    }

    /** What is asked for and by whom, in one line for people. */
    public String summary() {
        return verb().text() + " of " + database() + detail() + ", request " + id() + ", asked for by '" + requestedBy()
                + "' with the key " + keyId();
    }

    private String detail() {
        @Nullable String into = fields.get(RequestField.TARGET);
        return switch (verb()) {
            case BACKUP -> "";
            case VERIFY -> " (" + selector() + ")";
            case RESTORE -> " (" + selector() + ", " + restoreType() + ")" + (into == null ? "" : " into " + into);
        };
    }

    @Override
    public String toString() {
        return summary();
    }
}
