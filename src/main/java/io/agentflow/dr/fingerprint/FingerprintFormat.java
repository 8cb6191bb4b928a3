package io.agentflow.dr.fingerprint;

import java.util.List;
import java.util.Locale;

/** How rows become hashes. New backups have the last one; what an older backup holds is compared in its own. */
public enum FingerprintFormat {
    /** Decision 0005. */
    M1,
    /** Decision 0008. */
    M2;

    /** What fingerprints of this format begin with. */
    String prefix() {
        return name().toLowerCase(Locale.ROOT) + ":";
    }

    /** That of no rows at all. */
    public String empty() {
        return prefix() + "0:0";
    }

    /** That of the newest backups. */
    public static FingerprintFormat newest() {
        return M2;
    }

    /**
     * The one in which these were taken; the newest if there are none.
     *
     * @throws IllegalArgumentException if this version knows no such format
     */
    public static FingerprintFormat of(List<String> hashes) {
        return hashes.stream().findFirst().map(FingerprintFormat::named).orElse(newest());
    }

    private static FingerprintFormat named(String hash) {
        return List.of(values()).stream()
                .filter(format -> hash.startsWith(format.prefix()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("fingerprints such as " + hash + " are unknown"));
    }
}
