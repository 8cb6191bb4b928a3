package io.agentflow.dr.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SequenceStateTest {

    private static SequenceState at(long value, boolean called, boolean ascending, boolean exact) {
        return new SequenceState("public", "s", value, called, ascending, exact);
    }

    @Property
    void oneThatStoodStillMustBeExactlyWhereItWas(@ForAll long value, @ForAll long other, @ForAll boolean called) {
        SequenceState before = at(value, called, true, true);

        assertThat(before.keptBy(at(value, called, true, true))).isTrue();
        assertThat(before.keptBy(at(value, !called, true, true))).isFalse();
        assertThat(before.keptBy(at(other, called, true, true))).isEqualTo(other == value);
    }

    @Property
    void oneThatMovedMayBeFurtherButNeverBehind(@ForAll int value, @ForAll int other, @ForAll boolean ascending) {
        SequenceState before = at(value, true, ascending, false);

        boolean behind = ascending ? other < value : other > value;
        assertThat(before.keptBy(at(other, true, ascending, true))).isEqualTo(!behind);
    }

    @Test
    void aSecondLookDecidesWhetherItIsExact() {
        SequenceState before = at(7, true, true, true);

        assertThat(before.confirmedBy(at(7, true, true, true)).exact()).isTrue();
        assertThat(before.confirmedBy(at(8, true, true, true)).exact()).isFalse();
    }

    @Test
    void oneThatWasSetBackMeanwhileMayBeAnywhereBetween() {
        SequenceState seen = at(100, true, true, true).confirmedBy(at(5, true, true, true));

        assertThat(seen.keptBy(at(5, true, true, true))).isTrue();
        assertThat(seen.keptBy(at(100, true, true, true))).isTrue();
        assertThat(seen.keptBy(at(4, true, true, true))).isFalse();
    }

    @Test
    void oneThatWasRestartedMeanwhileMayHaveHandedOutNothing() {
        SequenceState seen = at(1, true, true, true).confirmedBy(at(1, false, true, true));

        assertThat(seen.keptBy(at(1, false, true, true))).isTrue();
        assertThat(seen.keptBy(at(1, true, true, true))).isTrue();
        assertThat(seen.keptBy(at(0, true, true, true))).isFalse();
    }
}
