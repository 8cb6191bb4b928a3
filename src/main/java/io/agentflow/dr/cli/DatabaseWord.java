package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.Spelling;
import io.agentflow.dr.core.UsageError;
import java.util.Comparator;
import java.util.Optional;

/**
 * What names a database on a command line: a name of {@code af.database.<name>}, or what libpq takes.
 *
 * @param text as it was typed
 */
record DatabaseWord(String text) {
    /** So many letters may be wrong in a name: two neighbours that have changed places are two. */
    private static final int WRONG = 2;

    boolean isConfigured(AfConfig config) {
        return config.databaseNames().contains(text);
    }

    /** Whether it is more than a word: a URI or a connection string. */
    boolean isAddress() {
        return text.contains("=") || text.contains("://");
    }

    /**
     * A name that is mistyped would be taken for a database of this machine.
     *
     * @throws UsageError if it is almost that of a configured database
     */
    void requireNoMisspelling(AfConfig config) {
        if (!isConfigured(config) && !isAddress()) {
            nearest(config).ifPresent(name -> {
                throw new UsageError(
                        "no database of af.properties is called " + text + ": is it " + name + "?",
                        "Write -d " + name + ", or \"dbname=" + text + "\" for one that PostgreSQL calls so.");
            });
        }
    }

    private Optional<String> nearest(AfConfig config) {
        return config.databaseNames().stream()
                .filter(name -> isClose(Spelling.distance(text, name), Math.min(text.length(), name.length())))
                .min(Comparator.comparing((String name) -> Spelling.distance(text, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Half of a short name is another one. */
    private static boolean isClose(int distance, int length) {
        return distance <= WRONG && 2 * distance <= length;
    }
}
