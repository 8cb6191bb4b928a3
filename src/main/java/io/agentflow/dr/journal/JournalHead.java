package io.agentflow.dr.journal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last record of a journal at some time: its number and its hash, as {@code journal.head} holds them. Kept where the
 * journal's folder cannot be written from, it proves later that nothing up to it was cut off or exchanged.
 */
public record JournalHead(long number, String hash) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})[ :]([0-9a-f]{64})");

    /** Before the first record. */
    static final JournalHead BEGINNING = new JournalHead(0, ChainedLine.BEGINNING);

    /** Reads the text of a head. @throws IllegalArgumentException if it is none */
    public static JournalHead parse(String text) {
        Matcher parts = FORM.matcher(text.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("not the head of a journal: '" + text.strip() + "'");
        }
        return new JournalHead(Long.parseLong(parts.group(1)), parts.group(2));
    }

    @Override
    public String toString() {
        return number + " " + hash;
    }
}
