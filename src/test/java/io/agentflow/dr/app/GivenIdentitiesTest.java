package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.process.Programs;
import java.util.Map;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;

class GivenIdentitiesTest {
    private static UsageError failureOf(String command) {
        try (Programs programs = new Programs()) {
            GivenIdentities identities =
                    new GivenIdentities(AfConfig.load(null, Map.of("AF_IDENTITY_COMMAND", command)), programs);
            return catchThrowableOfType(UsageError.class, identities::get);
        }
    }

    @Test
    void aCommandThatFailsIsSaidWithoutWhatItPrinted() {
        UsageError failed = failureOf("echo AGE-SECRET-KEY-1OUT; echo AGE-SECRET-KEY-1ERR >&2; exit 3");

        assertThat(failed).hasMessageContaining("af.identity-command ended with exit code 3");
        assertThat(Throwables.getStackTrace(failed)).doesNotContain("SECRET");
    }

    @Test
    void whatIsNoIdentityIsNotRepeated() {
        UsageError failed = failureOf("echo AGE-SECRET-KEY-1DAMAGED");

        assertThat(failed).hasMessageContaining("what af.identity-command prints holds a line that is no identity");
        assertThat(Throwables.getStackTrace(failed)).doesNotContain("DAMAGED");
    }
}
