package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.config.ConfiguredKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestKeysTest {
    private static final String PUBLIC = "-----BEGIN PUBLIC KEY-----\n"
            + "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

    @TempDir
    Path folder;

    private List<String> wrong(String text, String permissions) throws IOException {
        Path file = folder.resolve("ops.secret");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        List<String> wrong = new ArrayList<>();
        new RequestKeys(wrong)
                .read(
                        List.of(new ConfiguredKey("ops", file, null, List.of("main"), List.of("backup"))),
                        Set.of("main"));
        return wrong;
    }

    @Test
    void aSecretThatEverybodyKnowsIsNone() throws IOException {
        String secret = "0123456789abcdef".repeat(3);

        assertThat(wrong(secret, "rw-r-----")).isEmpty();
        assertThat(wrong(secret, "rw-r--r--"))
                .singleElement()
                .asString()
                .startsWith("af.request.key.ops names ")
                .contains("which everybody may read; take that away: chmod o= ");
        assertThat(wrong(PUBLIC, "rw-------"))
                .singleElement()
                .asString()
                .startsWith("af.request.key.ops names ")
                .contains("which holds a key in PEM", ".public-key-file");
    }
}
