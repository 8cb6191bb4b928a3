package io.agentflow.dr.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.fingerprint.Fingerprint.Likeness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When two fingerprints mean the same rows, and what several of them are together. */
class FingerprintTest {
    private static Fingerprint of(long rows, String hash) {
        return new Fingerprint(rows, hash);
    }

    @ParameterizedTest
    @CsvSource({
        "m2:1:-2,     m2:1:-2,     SAME",
        "m2:1:-2+3:4, m2:1:-2+3:4, SAME",
        "m2:1:-2+3:4, m2:9:9+3:4,  RECOMPUTED",
        "m2:1:-2+3:4, m2:9:9+3:5,  OTHER",
        "m2:1:-2+3:4, m2:9:9+4:4,  OTHER",
        "m2:1:-2,     m2:1:-3,     OTHER",
        // Backups before there was a second pair.
        "m2:1:-2+3:4, m2:1:-2,     SAME",
        "m2:1:-2,     m2:1:-2+3:4, SAME",
        "m2:1:-2+3:4, m2:9:9,      OTHER",
        "m2:1:-2+3:4, m2:3:4,      OTHER",
        "m2:3:4,      m2:1:-2+3:4, OTHER",
        "m1:1:-2,     m1:1:-2,     SAME",
        "m1:1:-2,     m2:1:-2,     OTHER",
        "m3:1:-2+3:4, m2:9:9+3:4,  OTHER"
    })
    void tellsWhatWasComputedAnewFromWhatIsOther(String now, String before, Likeness likeness) {
        assertThat(of(5, now).comparedTo(of(5, before))).isEqualTo(likeness);
        assertThat(of(5, now).comparedTo(of(6, before))).isEqualTo(Likeness.OTHER);
    }

    @Test
    void isNotLikeOneWhoseHashIsNotKnown() {
        Fingerprint counted = new Fingerprint(5L, null);

        assertThat(counted.comparedTo(new Fingerprint(5L, null))).isEqualTo(Likeness.SAME);
        assertThat(counted.comparedTo(of(5, "m2:1:2"))).isEqualTo(Likeness.OTHER);
        assertThat(of(5, "m2:1:2").comparedTo(counted)).isEqualTo(Likeness.OTHER);
        assertThat(counted.comparedTo(Fingerprint.NOT_TAKEN)).isEqualTo(Likeness.OTHER);
    }

    @ParameterizedTest
    @CsvSource({
        "m2:1:-2,     m2:10:20,      m2:11:18",
        "m2:1:-2+3:4, m2:10:20+5:-9, m2:11:18+8:-5",
        "m2:1:-2+3:4, m2:10:20,      m2:11:18+13:24",
        "m2:1:-2,     m2:10:20+5:-9, m2:11:18+6:-11",
        "m2:9223372036854775807:0, m2:9223372036854775807:0, m2:18446744073709551614:0"
    })
    void addsWhatPartitionsHold(String one, String other, String both) {
        assertThat(of(2, one).plus(of(3, other))).isEqualTo(of(5, both));
    }

    @ParameterizedTest
    @CsvSource({"m1:1:2,m2:1:2", "m2:1:2+3:4,m2:1", "m2:1:2+3,m2:1:2"})
    void knowsNoSumOfWhatDoesNotFit(String one, String other) {
        assertThat(of(2, one).plus(of(3, other))).isEqualTo(new Fingerprint(5L, null));
    }
}
