package io.agentflow.dr.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.SecretFile;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.testing.AfProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignaturesTest {
    private static final byte[] CONTENT = "{}\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @Test
    void whatIsSignedFitsAndNothingElseDoes() {
        SigningKey key = SigningKey.generate();
        byte[] signature = key.sign(CONTENT);

        assertThat(signature).hasSize(Trust.SIGNATURE_BYTES);
        assertThat(key.publicKey().fits(CONTENT, signature)).isTrue();
        assertThat(SigningKey.generate().publicKey().fits(CONTENT, signature)).isFalse();
        assertThat(key.publicKey().fits(new byte[] {1}, signature)).isFalse();
        for (int at = 0; at < signature.length; at++) {
            byte[] changed = signature.clone();
            changed[at] ^= 1;
            assertThat(key.publicKey().fits(CONTENT, changed)).as("byte %d", at).isFalse();
        }
        assertThat(key.publicKey().fits(CONTENT, new byte[3])).isFalse();
        assertThat(key.toString()).doesNotContain(key.pem().lines().toList().get(1));
    }

    @Test
    void opensslReadsOurKeysAndWeReadThoseOfOpenssl() throws IOException {
        SigningKey key = SigningKey.generate();
        Path ours = folder.resolve("ours");
        SecretFile.create(ours, key.pem());
        assertThat(AfProcess.output(List.of("openssl", "pkey", "-in", ours.toString(), "-pubout"), Map.of()))
                .isEqualTo(key.publicKey().pem());

        Path theirs = folder.resolve("theirs");
        AfProcess.output(List.of("openssl", "genpkey", "-algorithm", "ed25519", "-out", theirs.toString()), Map.of());
        SigningKey read = SigningKey.parse(Files.readString(theirs));
        String half = AfProcess.output(List.of("openssl", "pkey", "-in", theirs.toString(), "-pubout"), Map.of());
        assertThat(read.publicKey().pem()).isEqualTo(half);
        assertThat(PublicKey25519.parse(half).fits(CONTENT, read.sign(CONTENT))).isTrue();
    }

    @Test
    void aKeyThatEverybodyMayReadSignsNothing() throws IOException {
        Path file = folder.resolve("signing.key");
        SecretFile.create(file, SigningKey.generate().pem());
        Signatures signatures = new Signatures(file, List.of());
        assertThat(signatures.key()).isPresent();
        assertThat(signatures.trust().keys()).hasSize(1);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(signatures::key).isInstanceOf(UsageError.class).hasMessageContaining("everybody may read");
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutBeingRepeated() throws IOException {
        Path rsa = folder.resolve("rsa");
        AfProcess.output(List.of("openssl", "genpkey", "-algorithm", "rsa", "-out", rsa.toString()), Map.of());
        Files.setPosixFilePermissions(rsa, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> new Signatures(rsa, List.of()).key())
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("no private key of Ed25519")
                .hasMessageNotContaining("BEGIN");
        assertThatThrownBy(() -> new Signatures(null, List.of(rsa)).trust())
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("no public key of Ed25519");
    }

    @Test
    void whoAsksForSignaturesMustHaveAKeyToMakeABackup() throws IOException {
        Path half = Files.writeString(
                folder.resolve("signing.pub"), SigningKey.generate().publicKey().pem());

        Signatures.NONE.requireKey();
        assertThatThrownBy(() -> new Signatures(null, List.of(half)).requireKey())
                .isInstanceOf(Refused.class);
    }
}
