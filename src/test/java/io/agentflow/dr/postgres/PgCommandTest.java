package io.agentflow.dr.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.DatabaseUrl;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PgCommandTest {

    private static String restore(String url, int major) {
        return PgCommand.restoreAll(
                        new PgToolSet(Path.of("/usr/bin"), 18, "18.6"),
                        DatabaseUrl.parse(url),
                        Path.of("/archive"),
                        4,
                        null,
                        new ServerVersion(major * 10000, major + ".0"),
                        true)
                .program()
                .arguments()
                .get(0);
    }

    @Test
    void theOptionsOfTheUrlDoNotDisplaceThoseOfTheLoad() {
        assertThat(restore("postgresql://af@db1/x?options=-c%20work_mem%3D1GB", 18))
                .contains("work_mem=1GB", "statement_timeout=0", "event_triggers=off");
    }

    @Test
    void aServerThatDoesNotKnowASettingIsNotToldOfIt() {
        assertThat(restore("postgresql://af@db1/x", 13))
                .contains("statement_timeout=0")
                .doesNotContain(" idle_session_timeout", " transaction_timeout", "event_triggers");
    }
}
