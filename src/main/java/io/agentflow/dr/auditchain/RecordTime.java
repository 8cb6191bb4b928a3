package io.agentflow.dr.auditchain;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/** Times as PostgreSQL sends them, in RFC 3339 with no more digits than needed. Knows the date of the last one still. */
final class RecordTime {
    private static final long MICROS = 1_000_000;
    private static final long SECONDS_A_DAY = 86_400;
    /** PostgreSQL counts microseconds from the first of January 2000. */
    private static final long EPOCH_DAY = LocalDate.of(2000, 1, 1).toEpochDay();

    private long day = Long.MIN_VALUE;
    private byte[] date = {};

    /** A time in UTC as people read it. */
    static String readable(long micros) {
        return new String(new RecordTime().of(micros), StandardCharsets.US_ASCII);
    }

    /** @param micros since 2000 */
    byte[] of(long micros) {
        long seconds = Math.floorDiv(micros, MICROS);
        long today = Math.floorDiv(seconds, SECONDS_A_DAY);
        if (today != day) {
            day = today;
            date = midnight(LocalDate.ofEpochDay(EPOCH_DAY + today));
        }
        int second = (int) Math.floorMod(seconds, SECONDS_A_DAY);
        int fraction = (int) Math.floorMod(micros, MICROS);
        int digits = fraction == 0 ? 0 : 6;
        while (fraction > 0 && fraction % 10 == 0) {
            fraction /= 10;
            digits--;
        }
        byte[] text = new byte[date.length + (digits == 0 ? 0 : digits + 1) + 1];
        System.arraycopy(date, 0, text, 0, date.length);
        digits(text, date.length - 6, second / 3600);
        digits(text, date.length - 3, second / 60 % 60);
        digits(text, date.length, second % 60);
        if (digits > 0) {
            text[date.length] = '.';
        }
        for (int i = 0, rest = fraction; i < digits; i++, rest /= 10) {
            text[text.length - 2 - i] = (byte) ('0' + rest % 10);
        }
        text[text.length - 1] = 'Z';
        return text;
    }

    /** By its digits: records lie in any order, and nearly each has another day than the one before. */
    private static byte[] midnight(LocalDate day) {
        int year = day.getYear();
        if (year < 0 || year > 9999) {
            return HashedJson.bytes(day + "T00:00:00");
        }
        byte[] text = HashedJson.bytes("0000-00-00T00:00:00");
        digits(text, 2, year / 100);
        digits(text, 4, year % 100);
        digits(text, 7, day.getMonthValue());
        digits(text, 10, day.getDayOfMonth());
        return text;
    }

    /** Two digits that end before this place. */
    private static void digits(byte[] text, int end, int number) {
        text[end - 1] = (byte) ('0' + number % 10);
        text[end - 2] = (byte) ('0' + number / 10);
    }
}
