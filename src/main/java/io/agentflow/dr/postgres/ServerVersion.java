package io.agentflow.dr.postgres;

/**
 * The version of a server.
 *
 * @param number as in {@code server_version_num}: 150018
 * @param text as in {@code server_version}, without the packager's words: 15.18
 */
public record ServerVersion(int number, String text) {
    public static final int OLDEST_MAJOR = 13;

    public int major() {
        return number / 10000;
    }

    @Override
    public String toString() {
        return text;
    }
}
