package io.agentflow.dr.fingerprint;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a table held: how many rows, and the order-independent hash of them all.
 *
 * @param rows null at level {@code none}
 * @param hash null below level {@code full}
 */
public record Fingerprint(@Nullable Long rows, @Nullable String hash) {
    public static final Fingerprint NOT_TAKEN = new Fingerprint(null, null);
    private static final Pattern SUMS = Pattern.compile("(m\\d:)(-?\\d+):(-?\\d+)");

    /** That of all rows of both together, which is the sum of the two; null where one of them is not known. */
    public Fingerprint plus(Fingerprint other) {
        Long more = other.rows;
        return new Fingerprint(rows == null || more == null ? null : Long.valueOf(rows + more), sum(hash, other.hash));
    }

    private static @Nullable String sum(@Nullable String one, @Nullable String two) {
        if (one == null || two == null) {
            return null;
        }
        Matcher a = SUMS.matcher(one);
        Matcher b = SUMS.matcher(two);
        return a.matches() && b.matches() && a.group(1).equals(b.group(1))
                ? a.group(1) + new BigInteger(a.group(2)).add(new BigInteger(b.group(2))) + ":"
                        + new BigInteger(a.group(3)).add(new BigInteger(b.group(3)))
                : null;
    }
}
