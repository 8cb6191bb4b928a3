package io.agentflow.dr.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @Test
    void readsAUri() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://af:p%40ss%3Aw%2Frd@db1:5433/agent%20flow?sslmode=require");

        assertThat(url.host()).isEqualTo("db1");
        assertThat(url.port()).isEqualTo("5433");
        assertThat(url.user()).contains("af");
        assertThat(url.database().text()).isEqualTo("agent flow");
        assertThat(url.keywords()).containsEntry("sslmode", "require");
        assertThat(url.password().reveal()).isEqualTo("p@ss:w/rd");
    }

    @Test
    void readsSeveralHostsAndIpv6() {
        assertThat(DatabaseUrl.parse("postgres://[::1]:5433,db2/x").keywords())
                .containsEntry("host", "::1,db2")
                .containsEntry("port", "5433,");
    }

    @Test
    void readsKeywordsAndABareName() {
        assertThat(DatabaseUrl.parse("host=db1 dbname='a b\\'c' password='s p'").keywords())
                .containsExactlyInAnyOrderEntriesOf(Map.of("host", "db1", "dbname", "a b'c"));
        assertThat(DatabaseUrl.parse("agentflow").database().text()).isEqualTo("agentflow");
    }

    @Property
    void anyPasswordGetsThroughAUriAndIsNeverPrinted(@ForAll @StringLength(min = 6, max = 30) String password) {
        String safe = "#" + password.replace("\0", "") + "#";
        String encoded = URLEncoder.encode(safe, StandardCharsets.UTF_8).replace("+", "%20");

        DatabaseUrl url = DatabaseUrl.parse("postgresql://af:" + encoded + "@db1/agentflow");

        assertThat(url.password().reveal())
                .isEqualTo(new String(safe.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        assertThat(url.toString()).doesNotContain(safe).contains("****");
        assertThat(url.connectionString()).doesNotContain(safe);
    }

    @Property
    void anyDatabaseNameGetsThroughAConnectionString(@ForAll @StringLength(min = 1, max = 15) String name) {
        String safe = "d" + name.replace("\0", "");
        DatabaseUrl url = DatabaseUrl.parse("host=db1").database(new DatabaseName(safe));

        assertThat(DatabaseUrl.parse(url.connectionString()).database().text()).isEqualTo(safe);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://af:se/cret@db1/x",
                "postgresql://af:se@cret@db1/x",
                "postgresql://af:100%zz@db1/x",
                "mysql://af:secret@db1/x",
                "host=a b'secret"
            })
    void refusesWhatItCannotReadWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text))
                .isInstanceOf(UsageError.class)
                .satisfies(
                        e -> assertThat(e.getMessage()).doesNotContain("cret").doesNotContain("zz"));
    }

    @Test
    void keepsAPasswordFromOtherHosts() {
        assertThat(DatabaseUrl.parse("postgresql://af:secret@db1/x")
                        .withoutPassword()
                        .with("host", "db2")
                        .password())
                .isNull();
    }
}
