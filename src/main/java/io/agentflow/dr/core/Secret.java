package io.agentflow.dr.core;

/** A password or key: prints as {@code ****}, and only {@link #reveal()} gives it away. */
public final class Secret {
    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    /** For the one place that hands it to a driver or a child's environment. */
    public String reveal() {
        return value;
    }

    /** The text with every occurrence of this secret masked. */
    public String redact(String text) {
        return value.isEmpty() ? text : text.replace(value, "****");
    }

    @Override
    public String toString() {
        return "****";
    }
}
