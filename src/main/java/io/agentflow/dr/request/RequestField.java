package io.agentflow.dr.request;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** A field of a request: all are strings. The published schema has the same patterns; a test compares them. */
enum RequestField {
    ID("id", "[A-Za-z0-9][A-Za-z0-9_-]{0,63}", true),
    OPERATION("operation", "backup|verify|restore", true),
    DATABASE("database", "[a-z0-9_-]{1,64}", true),
    SELECTOR("selector", "[A-Za-z0-9-]{1,40}", false),
    RESTORE_TYPE("restoreType", "full|schema|critical", false),
    TARGET("target", "[a-z0-9_-]{1,64}", false),
    // No control characters: it is shown in logs and on terminals.
    REQUESTED_BY("requestedBy", "[\\u0020-\\u007e\\u00a0-\\ud7ff\\ue000-\\ufffd]{1,200}", true),
    ISSUED_AT("issuedAt", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z", true),
    EXPIRES_AT("expiresAt", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z", true),
    KEY_ID("keyId", "[a-z0-9_-]{1,64}", true),
    // 32 or 64 bytes in Base64.
    SIGNATURE("signature", "[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==", true);

    private final String text;
    private final String pattern;
    private final Pattern compiled;
    private final boolean required;

    RequestField(String text, String pattern, boolean required) {
        this.text = text;
        this.pattern = pattern;
        this.compiled = Pattern.compile(pattern);
        this.required = required;
    }

    static Optional<RequestField> of(String name) {
        return Arrays.stream(values()).filter(field -> field.text.equals(name)).findFirst();
    }

    String text() {
        return text;
    }

    String pattern() {
        return pattern;
    }

    boolean required() {
        return required;
    }

    boolean accepts(String value) {
        return compiled.matcher(value).matches();
    }
}
