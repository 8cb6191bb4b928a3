package io.agentflow.dr.nats;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The form of names in NATS. A sender may name a subject of his own, so that what it cannot be matters. */
public final class NatsSubject {
    private static final int LONGEST = 255;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern SUBJECT = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

    private NatsSubject() {}

    /** Whether a stream or a consumer can be called so. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Whether it is one subject: no wildcard, and none of the server's own, which begin with a dollar sign. */
    public static boolean isPlain(@Nullable String text) {
        return text != null && text.length() <= LONGEST && SUBJECT.matcher(text).matches();
    }
}
