package io.agentflow.dr.sign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/** Keys as openssl writes them: Base64 between two lines. */
final class Pem {
    private static final int WIDTH = 64;

    private Pem() {}

    /**
     * What stands between the lines.
     *
     * @param kind such as {@code PUBLIC KEY}
     * @throws GeneralSecurityException if there are no such lines; it repeats nothing of the text
     */
    static byte[] decode(String text, String kind) throws GeneralSecurityException {
        String begin = "-----BEGIN " + kind + "-----";
        String end = "-----END " + kind + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        if (from < 0 || to < from) {
            throw new GeneralSecurityException("there is no " + kind);
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the " + kind + " is no Base64", e);
        }
    }

    static String encode(byte[] der, String kind) {
        Base64.Encoder lines = Base64.getMimeEncoder(WIDTH, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN " + kind + "-----\n" + lines.encodeToString(der) + "\n-----END " + kind + "-----\n";
    }
}
