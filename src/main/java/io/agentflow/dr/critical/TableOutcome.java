package io.agentflow.dr.critical;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of a table.
 *
 * @param rows how many it has now; null for a table that was left alone
 * @param identical whether its rows were compared with the backup's one by one, and are the same
 */
public record TableOutcome(
        String schema,
        String name,
        Action action,
        @Nullable Long rows,
        long inserted,
        long updated,
        long deleted,
        boolean identical) {

    /** What was done with it. */
    public enum Action {
        RECREATED,
        REPLACED,
        LEFT;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
