package io.agentflow.dr.core;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A SHA-256 digest as 64 lower-case hex digits. */
public record Sha256(String hex) {
    private static final Pattern PATTERN = Pattern.compile("[0-9a-f]{64}");

    /** @throws IllegalArgumentException if the text is not 64 lower-case hex digits */
    public Sha256 {
        if (!PATTERN.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a SHA-256: '" + hex + "'");
        }
    }

    /** The digest that a text is; null if it is none. */
    public static @Nullable Sha256 parse(@Nullable String text) {
        return text == null || !PATTERN.matcher(text).matches() ? null : new Sha256(text);
    }

    /** The digest that {@code digest} holds; resets it. */
    public static Sha256 of(MessageDigest digest) {
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    public static Sha256 of(byte[] content) {
        MessageDigest digest = newDigest();
        digest.update(content);
        return of(digest);
    }

    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The line that {@code sha256sum} prints for a file of this digest. */
    public String sumLine(String path) {
        return hex + "  " + path + "\n";
    }

    /** Enough of it for a person to compare: {@code 9f02…c1}. */
    public String abbreviated() {
        return hex.substring(0, 4) + "…" + hex.substring(62);
    }

    @Override
    public String toString() {
        return hex;
    }
}
