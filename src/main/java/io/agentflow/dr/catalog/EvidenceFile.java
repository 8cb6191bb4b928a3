package io.agentflow.dr.catalog;

import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.UtcStamp;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of evidence: {@code evidence/20261123T031500Z-verified-9f02c1d2e3f40516.json}. The name holds the instant, the
 * kind, and the first 16 hex digits of the content's SHA-256, so that evidence cannot rot unnoticed either.
 */
public record EvidenceFile(String name, Instant at, EvidenceKind kind) {
    public static final String FOLDER = "evidence";
    private static final Pattern NAME = Pattern.compile("(\\d{8}T\\d{6}Z)-([a-z-]+)-([0-9a-f]{16})\\.json");

    /** Reads a file name; empty when it is not that of evidence. */
    public static Optional<EvidenceFile> parse(String name) {
        Matcher parts = NAME.matcher(name);
        return parts.matches()
                ? EvidenceKind.parse(parts.group(2))
                        .map(kind -> new EvidenceFile(name, UtcStamp.parse(parts.group(1)), kind))
                : Optional.empty();
    }

    /** Whether a file of this name is evidence that was being written when its writer was killed. It proves nothing. */
    public static boolean halfWritten(String name) {
        return name.startsWith(".")
                && name.endsWith(".tmp")
                && parse(name.substring(1, name.length() - ".tmp".length())).isPresent();
    }

    /** The name for this content. */
    public static String name(Instant at, EvidenceKind kind, byte[] content) {
        return UtcStamp.of(at) + "-" + kind.text() + "-"
                + Sha256.of(content).hex().substring(0, 16) + ".json";
    }

    /** Whether the content is the one that was written under this name. */
    public boolean holds(Sha256 content) {
        return name.endsWith("-" + content.hex().substring(0, 16) + ".json");
    }
}
