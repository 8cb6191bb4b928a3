package io.agentflow.dr.verify;

import io.agentflow.dr.core.UsageError;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of a backup is read to verify it: where it lies elsewhere, reading costs time and money. The manifest is always
 * read against its seal, and the size of every file compared.
 *
 * @param percent of the bytes of all files that are read at least; 100 for all, 0 for none
 */
public record VerifyExtent(double percent) {
    public static final VerifyExtent WHOLE = new VerifyExtent(100);
    public static final VerifyExtent SIZES = new VerifyExtent(0);

    /**
     * What the command line asks for.
     *
     * @param sample such as {@code 10%}; null for none
     * @throws UsageError if it is no share, or both are asked for
     */
    public static VerifyExtent of(@Nullable String sample, boolean sizeOnly) {
        if (sample == null) {
            return sizeOnly ? SIZES : WHOLE;
        }
        if (sizeOnly) {
            throw new UsageError("--sample and --size-only", "Use one of them: --size-only reads no file at all.");
        }
        if (!sample.matches("[0-9]{1,3}(\\.[0-9]{1,3})?%?") || percent(sample) <= 0 || percent(sample) > 100) {
            throw new UsageError("--sample is '" + sample + "'", "Use a share of the bytes, such as 10%.");
        }
        return new VerifyExtent(percent(sample));
    }

    private static double percent(String text) {
        return Double.parseDouble(text.replace("%", ""));
    }

    public boolean whole() {
        return percent >= 100;
    }

    /** As it stands in JSON. */
    public String text() {
        return whole() ? "whole" : percent > 0 ? "sample" : "sizes";
    }

    /** What evidence says of it. */
    Map<String, Object> finding() {
        return whole() ? Map.of() : Map.of("extent", text(), "percent", percent);
    }
}
