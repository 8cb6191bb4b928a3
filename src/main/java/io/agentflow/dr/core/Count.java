package io.agentflow.dr.core;

/** A number of things in words: {@code 1 table}, {@code 2 tables}. */
public final class Count {
    private Count() {}

    /**
     * The number and what it counts.
     *
     * @param one what one of them is called; several have an s more
     */
    public static String of(long number, String one) {
        return number + " " + (number == 1 ? one : one + "s");
    }
}
