package io.agentflow.dr.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DatabasePropertiesTest {

    private static String options(String provider, @Nullable String locale, @Nullable String icuRules) {
        return new DatabaseProperties(
                        "af",
                        "UTF8",
                        provider,
                        "C",
                        "C",
                        locale,
                        icuRules,
                        null,
                        "pg_default",
                        -1,
                        false,
                        true,
                        null,
                        null,
                        List.of())
                .creationOptions(15);
    }

    @Test
    void theRulesOfAnIcuLocaleAreKept() {
        assertThat(options("i", "en", "&v << 'w'"))
                .endsWith(" LOCALE_PROVIDER icu ICU_LOCALE 'en' ICU_RULES '&v << ''w'''");
    }

    @Test
    void aServerThatKnowsNoRulesIsNotAskedForAny() {
        assertThat(options("i", "en", null)).endsWith(" ICU_LOCALE 'en'");
        assertThat(options("c", null, null)).endsWith(" LOCALE_PROVIDER libc").doesNotContain("ICU");
    }
}
