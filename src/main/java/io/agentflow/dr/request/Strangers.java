package io.agentflow.dr.request;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Messages that nobody known has signed. So many of an hour are told one by one, each with its report and its record; of
 * more, which anybody can send who reaches the broker, only the number is kept: they must not fill the disk, nor hide what
 * has failed. Safe for use by many threads.
 */
public final class Strangers {
    private static final int ONE_BY_ONE = 100;
    private static final Duration WINDOW = Duration.ofHours(1);

    private Instant begun = Instant.MIN;
    private int told;
    private long silent;

    /**
     * One has come.
     *
     * @return what is to be told of those before it that were not told; null if this one is not told either
     */
    public synchronized @Nullable String came(Instant now) {
        String before = "";
        if (begun.equals(Instant.MIN) || !now.isBefore(begun.plus(WINDOW))) {
            before = silent == 0 ? "" : "; " + silent + " before it, from " + begun + " on, were only counted";
            begun = now;
            told = 0;
            silent = 0;
        }
        if (told == ONE_BY_ONE) {
            silent++;
            return null;
        }
        told++;
        return told == ONE_BY_ONE ? before + "; more of this hour are only counted" : before;
    }
}
