package io.agentflow.dr.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    private final Redaction redaction = new Redaction();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://af:topsecret42@h/d",
                "host=h password=topsecret42 user=af",
                "password = 'top''secret42'",
                "{\"token\": \"topsecret42\"}",
                "CREATE USER MAPPING FOR a SERVER s OPTIONS (password 'topsecret42', \"user\" 'x')",
                "ALTER ROLE a WITH PASSWORD 'topsecret42';",
                "https://h/p?access_key=topsecret42&a=b"
            })
    void whatLooksLikeASecretIsMasked(String text) {
        assertThat(redaction.of(text)).contains("****").doesNotContain("secret42");
    }

    @Test
    void aLongOneTakesNoStack() {
        assertThat(redaction.of("the secret '" + "x".repeat(200_000) + "'")).isEqualTo("the secret ****");
    }

    @Test
    void whatIsNoneStays() {
        String text = "the password of af is wrong; password authentication failed for user 'af'";

        assertThat(redaction.of(text)).isEqualTo(text);
    }

    @Test
    void whatItWasToldOfIsMaskedWhereverItStands() {
        redaction.learn(new Secret("open sesame"));

        assertThat(redaction.of("he said open sesame twice")).isEqualTo("he said **** twice");
    }
}
