package io.agentflow.dr.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountTest {
    @Test
    void oneIsSingular() {
        assertThat(Count.of(0, "table")).isEqualTo("0 tables");
        assertThat(Count.of(1, "table")).isEqualTo("1 table");
        assertThat(Count.of(2, "large object")).isEqualTo("2 large objects");
    }
}
