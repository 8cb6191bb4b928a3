package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.BackupId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {
    @Test
    void aFileOfABackupHasOne() {
        assertThat(ObjectKey.of(new BackupId("20261123T025149Z-k3f9"), "data/toc.dat"))
                .hasToString("20261123T025149Z-k3f9/data/toc.dat");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "../a", "a/../b", ".", "a/.b", "-a", "a b", "a\\b", "ü", "a\u0000"})
    void row07_whatCouldMeanSomethingElseIsRefused(String text) {
        assertThat(ObjectKey.valid(text)).isFalse();
        assertThatThrownBy(() -> new ObjectKey(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void row07_anEndlessNameIsRefused() {
        assertThat(ObjectKey.valid("a".repeat(513))).isFalse();
    }
}
