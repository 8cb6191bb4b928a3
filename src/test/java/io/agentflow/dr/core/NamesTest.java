package io.agentflow.dr.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

    @Test
    void anIdTellsItsTimeAndOneOfNoTimeTellsSome() {
        Instant start = Instant.parse("2024-02-29T23:59:58Z");

        assertThat(BackupId.startedAt(start, new Random(1)).time()).isEqualTo(start);
        assertThat(new BackupId("20241399T999999Z-abcd").time()).isAfter(start);
    }

    @Test
    void aBackupIdSortsByTime() {
        BackupId early = BackupId.startedAt(Instant.parse("2026-11-23T02:51:49Z"), new Random(1));
        BackupId late = BackupId.startedAt(Instant.parse("2026-11-23T02:51:50Z"), new Random(1));

        assertThat(early.text()).startsWith("20261123T025149Z-").hasSize(21);
        assertThat(early).isLessThan(late);
        assertThat(BackupId.parse(early.text())).contains(early);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "latest",
                "20261123T025149Z",
                "20261123T025149Z-K3F9",
                "../20261123T025149Z-k3f9",
                "20261123T025149Z-k3f9\n"
            })
    void whatIsNoBackupIdIsRefused(String text) {
        assertThat(BackupId.parse(text)).isEmpty();
        assertThatThrownBy(() -> new BackupId(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void aDatabaseNameWithASuffixAlwaysFits(@ForAll @StringLength(min = 1, max = 31) String name) {
        String stem = "d" + name.replace("\0", "");
        if (stem.getBytes(StandardCharsets.UTF_8).length <= 63) {
            DatabaseName derived = new DatabaseName(stem).with("_before_k3f9");

            assertThat(derived.text()).endsWith("_before_k3f9");
            assertThat(derived.text().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(63);
        }
    }

    @Test
    void noDatabaseHasAnEmptyOrTooLongName() {
        assertThatThrownBy(() -> new DatabaseName("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DatabaseName("é".repeat(32))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "83400000, 83.4 MB",
        "604000000, 604 MB",
        "999999, 1.0 MB",
        "2000000000000, 2.0 TB"
    })
    void sizesPrintInTheUnitThatPeopleUse(long bytes, String text) {
        assertThat(new ByteSize(bytes)).hasToString(text);
    }

    @Test
    void aSecretNeverPrints() {
        Secret secret = new Secret("hunter2");

        assertThat(secret).hasToString("****");
        assertThat(secret.redact("password is hunter2!")).isEqualTo("password is ****!");
    }
}
