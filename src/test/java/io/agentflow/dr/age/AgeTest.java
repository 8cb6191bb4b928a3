package io.agentflow.dr.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.SecretFile;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.UsageError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgeTest {
    private static final AgeKey FIRST = AgeKey.generate();
    private static final AgeKey SECOND = AgeKey.generate();
    private static final AgeKey OTHER = AgeKey.generate();

    private static byte[] encrypted(byte[] plain, AgeKey... to) throws IOException {
        Recipients recipients =
                new Recipients(Arrays.stream(to).map(AgeKey::recipient).toList());
        try (EncryptingStream stream = recipients.encrypting(new ByteArrayInputStream(plain))) {
            byte[] stored = stream.readAllBytes();
            assertThat(stream.plain()).isEqualTo(new Digested(plain.length, Sha256.of(plain)));
            return stored;
        }
    }

    private static byte[] decrypted(byte[] stored, AgeKey by) throws IOException {
        try (InputStream plain = Identities.parse("# a comment\n\n" + by.identity() + "\n", "keys")
                .decrypting(new ByteArrayInputStream(stored))) {
            return plain.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65535, 65536, 65537, 131072, 400_000})
    void eachRecipientReadsWhatWasEncryptedAndNobodyElse(int length) throws IOException {
        byte[] plain = new byte[length];
        new Random(length).nextBytes(plain);

        byte[] stored = encrypted(plain, FIRST, SECOND);

        assertThat(decrypted(stored, FIRST)).isEqualTo(plain);
        assertThat(decrypted(stored, SECOND)).isEqualTo(plain);
        assertThatThrownBy(() -> decrypted(stored, OTHER)).isInstanceOf(Identities.Unfitting.class);
    }

    @Test
    void whatWasCutOffOrChangedFails() throws IOException {
        byte[] stored = encrypted(new byte[200_000], FIRST);
        for (int length : new int[] {0, 10, 100, 300, 65_900, 131_000, stored.length - 1}) {
            assertThatThrownBy(() -> decrypted(Arrays.copyOf(stored, length), FIRST))
                    .isInstanceOf(IOException.class);
        }
        // Cut exactly behind a chunk: the last one says that it is the last.
        int header = stored.length - 200_000 - 4 * 16;
        assertThatThrownBy(() -> decrypted(Arrays.copyOf(stored, header + 65_552), FIRST))
                .isInstanceOf(IOException.class);
        for (int at = 0; at < stored.length; at += 9_001) {
            byte[] changed = stored.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> decrypted(changed, FIRST))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void keysThatAreNoneAreRefusedWithoutBeingRepeated() {
        assertThatThrownBy(() -> new Recipients(List.of("age1nonsense"))).isInstanceOf(UsageError.class);
        assertThatThrownBy(() -> new Recipients(List.of(FIRST.identity())))
                .isInstanceOf(UsageError.class)
                .hasMessageNotContaining(FIRST.identity().substring(20));
        assertThatThrownBy(() -> Identities.parse("# nothing\n", "f")).isInstanceOf(UsageError.class);
        String damaged = FIRST.identity().substring(0, 40);
        assertThatThrownBy(() -> Identities.parse(damaged, "f"))
                .isInstanceOf(UsageError.class)
                .hasMessageNotContaining(damaged.substring(20));
        assertThat(Identities.parse(FIRST.identity(), "f").toString()).doesNotContain("AGE-SECRET");
    }

    @Test
    void anIdentityTellsItsPublicHalf() {
        String both = FIRST.file(Instant.parse("2026-11-27T12:00:00Z")) + SECOND.identity() + "\n";

        assertThat(both)
                .startsWith(
                        "# created: 2026-11-27T12:00:00Z\n# public key: " + FIRST.recipient() + "\nAGE-SECRET-KEY-1");
        assertThat(Identities.parse(both, "f").recipients()).containsExactly(FIRST.recipient(), SECOND.recipient());
    }

    @Test
    void anIdentityThatEverybodyMayReadIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("keys.txt");
        SecretFile.create(file, FIRST.identity() + "\n");
        assertThat(Identities.read(file).recipients()).containsExactly(FIRST.recipient());

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> Identities.read(file))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("everybody may read");
    }
}
