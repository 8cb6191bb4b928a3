package io.agentflow.dr.core;

import java.util.Locale;

/** A number of bytes that prints in the unit that people use: {@code 83.4 MB}. */
public record ByteSize(long bytes) {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    @Override
    public String toString() {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        String pattern = unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, pattern, value, UNITS[unit]);
    }
}
