package io.agentflow.dr.core;

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
        // By hand: format strings are most of the time that a list of a thousand backups takes to print.
        if (unit == 0 || value >= 99.95) {
            return Math.round(value) + " " + UNITS[unit];
        }
        long tenths = Math.round(value * 10);
        return tenths / 10 + "." + tenths % 10 + " " + UNITS[unit];
    }
}
