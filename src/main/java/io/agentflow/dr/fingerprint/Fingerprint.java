package io.agentflow.dr.fingerprint;

import java.math.BigInteger;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a table held: how many rows, and the order-independent hash of them all.
 *
 * @param rows null at level {@code none}
 * @param hash null below level {@code full}; that of a table with generated columns is followed by a plus sign and that
 *     of its other columns
 */
public record Fingerprint(@Nullable Long rows, @Nullable String hash) {
    public static final Fingerprint NOT_TAKEN = new Fingerprint(null, null);
    private static final Pattern SUMS = Pattern.compile("(m\\d:)(-?\\d+):(-?\\d+)");

    /** What it means when two of them are compared. */
    public enum Likeness {
        /** All that was compared is equal. */
        SAME,
        /** Nothing differs but generated columns, which no dump holds: they were computed anew, to other values. */
        RECOMPUTED,
        /** Other rows. */
        OTHER
    }

    /** Compares with what was there before. */
    public Likeness comparedTo(Fingerprint before) {
        String was = before.hash;
        if (!Objects.equals(rows, before.rows)) {
            return Likeness.OTHER;
        }
        if (hash == null || was == null) {
            return Objects.equals(hash, was) ? Likeness.SAME : Likeness.OTHER;
        }
        if (all(hash).equals(all(was))) {
            return Likeness.SAME;
        }
        return apart(hash) && apart(was) && stored(hash).equals(stored(was)) ? Likeness.RECOMPUTED : Likeness.OTHER;
    }

    /** That of all rows of both together, which is the sum of the two; null where one of them is not known. */
    public Fingerprint plus(Fingerprint other) {
        Long more = other.rows;
        return new Fingerprint(rows == null || more == null ? null : Long.valueOf(rows + more), sum(hash, other.hash));
    }

    private static @Nullable String sum(@Nullable String one, @Nullable String two) {
        if (one == null || two == null) {
            return null;
        }
        String all = added(all(one), all(two));
        String stored = added(stored(one), stored(two));
        if (all == null || stored == null) {
            return null;
        }
        return apart(one) || apart(two) ? all + "+" + unprefixed(stored) : all;
    }

    private static @Nullable String added(String one, String two) {
        Matcher a = SUMS.matcher(one);
        Matcher b = SUMS.matcher(two);
        return a.matches() && b.matches() && a.group(1).equals(b.group(1))
                ? a.group(1) + new BigInteger(a.group(2)).add(new BigInteger(b.group(2))) + ":"
                        + new BigInteger(a.group(3)).add(new BigInteger(b.group(3)))
                : null;
    }

    /** Whether there are generated columns, so that what is stored has a hash of its own. */
    private static boolean apart(String hash) {
        return hash.contains("+");
    }

    /** The hash over all columns. */
    private static String all(String hash) {
        return apart(hash) ? hash.substring(0, hash.indexOf('+')) : hash;
    }

    /** The hash over the columns that are not generated, which are all where none is. */
    private static String stored(String hash) {
        return apart(hash) ? hash.substring(0, hash.indexOf(':') + 1) + hash.substring(hash.indexOf('+') + 1) : hash;
    }

    private static String unprefixed(String hash) {
        return hash.substring(hash.indexOf(':') + 1);
    }
}
