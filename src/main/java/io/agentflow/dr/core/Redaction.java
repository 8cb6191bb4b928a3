package io.agentflow.dr.core;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Masks in texts what looks like a secret, and every secret that it was told of. Safe for use by many threads. */
public final class Redaction {
    private static final String MASK = "****";
    /** The password in the address of a server: {@code scheme://user:password@host}. */
    private static final Pattern IN_ADDRESS = Pattern.compile("(?<=://)([^\\s/:@]*):([^\\s@]+)(?=@)");
    /** {@code password=…}, {@code "token": "…"}, {@code PASSWORD '…'} and their like, in options, URIs, JSON and SQL. */
    private static final Pattern NAMED = Pattern.compile(
            "(?i)((?:password|passwd|passphrase|secret|token|api-?_?key|access-?_?key|private-?_?key|signature)"
                    + "[a-z_-]{0,32}\"?(?:\\s{0,8}[=:]\\s*|\\s{1,8}(?=')))(RAW\\([^)]*\\)|'(?:[^'\\\\]++|\\\\.|'')*+'|\"[^\"]*\"|[^\\s&;,'\"}\\])]+)");
    /** Shorter than this a secret would mask half of every text. */
    private static final int SHORTEST = 4;

    private final Map<String, Secret> known = new ConcurrentHashMap<>();

    /** Masks this secret from now on, wherever it stands. */
    public void learn(Secret secret) {
        if (secret.reveal().length() >= SHORTEST) {
            known.put(secret.reveal(), secret);
        }
    }

    /** The text without what is secret. */
    public String of(String text) {
        String masked = text;
        for (Secret secret : known.values()) {
            masked = secret.redact(masked);
        }
        masked = IN_ADDRESS.matcher(masked).replaceAll("$1:" + MASK);
        return NAMED.matcher(masked).replaceAll("$1" + MASK);
    }
}
