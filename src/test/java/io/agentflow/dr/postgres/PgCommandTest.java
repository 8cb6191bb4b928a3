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
    void aDumpIsWrittenInTheEncodingOfTheDatabaseAndWithStandardStringsWhateverTheOptionsOfTheUrlSay() {
        assertThat(PgCommand.dumpSchema(
                                new PgToolSet(Path.of("/usr/bin"), 18, "18.6"),
                                DatabaseUrl.parse(
                                        "postgresql://af@db1/x?options=-c%20standard_conforming_strings%3Doff%20-c%20a.b%3D1"),
                                "LATIN1",
                                "0-1")
                        .program()
                        .arguments())
                .contains("--encoding=LATIN1")
                .anyMatch(argument -> argument.contains(
                        "-c standard_conforming_strings=off -c a.b=1 -c standard_conforming_strings=on"));
    }

    @Test
    void aServerThatDoesNotKnowASettingIsNotToldOfIt() {
        assertThat(restore("postgresql://af@db1/x", 13))
                .contains("statement_timeout=0")
                .doesNotContain(" idle_session_timeout", " transaction_timeout", "event_triggers");
    }
}
