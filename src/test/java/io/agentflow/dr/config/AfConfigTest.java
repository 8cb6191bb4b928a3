package io.agentflow.dr.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.store.DirectoryPermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AfConfigTest {
    @TempDir
    Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("af.properties"), content);
    }

    /** Only what is given is checked when af starts. */
    @Test
    void everyDefaultIsValidWhenItIsGiven() {
        Map<String, String> defaults =
                Arrays.stream(ConfigKey.values()).collect(Collectors.toMap(ConfigKey::variable, ConfigKey::fallback));

        assertThat(AfConfig.read(null, defaults).problems()).isEmpty();
    }

    @Test
    void everyKeyHasADefaultThatIsValid() {
        AfConfig config = AfConfig.load(null, Map.of());

        assertThat(config.text(ConfigKey.STORE)).isEqualTo("./backups");
        assertThat(config.number(ConfigKey.JOBS)).isEqualTo(4);
        assertThat(config.proof()).isEqualTo(ProofLevel.FULL);
        assertThat(config.time(ConfigKey.STALL_TIMEOUT)).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.permissions()).isEqualTo(DirectoryPermissions.OWNER);
        assertThat(config.list(ConfigKey.CRITICAL_TABLES))
                .containsExactly("tenants", "users", "rbac_roles", "rbac_bindings", "audits");
    }

    @Test
    void theEnvironmentComesBeforeTheFile() throws IOException {
        Path file = file("af.jobs = 8\naf.store = /from/file\n");

        AfConfig config = AfConfig.load(file, Map.of("AF_JOBS", "2"));

        assertThat(config.number(ConfigKey.JOBS)).isEqualTo(2);
        assertThat(config.text(ConfigKey.STORE)).isEqualTo("/from/file");
    }

    @Test
    void allMistakesAreToldAtOnceAndTheNearestKeyIsNamed() throws IOException {
        Path file = file("af.jbos = 3\naf.proof = some\naf.stall-timeout = soon\n");

        assertThatThrownBy(() -> AfConfig.load(file, Map.of()))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("af.jbos")
                .hasMessageContaining("did you mean af.jobs?")
                .hasMessageContaining("af.proof is 'some'")
                .hasMessageContaining("af.stall-timeout is 'soon'");
    }

    @Test
    void aDatabaseThatIsLookedAfterHasItsOwnAddressStoreAndTables() throws IOException {
        AfConfig config = AfConfig.load(
                file("af.store = /all\naf.jobs = 3\naf.database.crm.url = postgresql://db1/crm\n"
                        + "af.database.crm.stores = /crm\naf.database.crm.critical-tables = a,b\n"),
                Map.of());

        AfConfig crm = config.of("crm");

        assertThat(crm.text(ConfigKey.DATABASE_URL)).isEqualTo("postgresql://db1/crm");
        assertThat(crm.text(ConfigKey.STORE)).isEqualTo("/crm");
        assertThat(crm.list(ConfigKey.CRITICAL_TABLES)).containsExactly("a", "b");
        assertThat(crm.number(ConfigKey.JOBS)).isEqualTo(3);
        assertThat(config.text(ConfigKey.STORE)).isEqualTo("/all");
    }

    @Test
    void aNumberOrATimeThatMakesNoSenseIsAMistake() throws IOException {
        AfConfig config = AfConfig.read(
                file("af.jobs = 0\naf.retries = -1\naf.management.port = 65536\naf.stall-timeout = -5s\n"), Map.of());

        assertThat(config.problems())
                .containsExactlyInAnyOrder(
                        "af.jobs is '0', not a number from 1 on",
                        "af.retries is '-1', not a number from 0 on",
                        "af.management.port is '65536', not a port, 0 to 65535",
                        "af.stall-timeout is '-5s', not a time such as 90s, 10m, 2h or 30d");
    }

    @Test
    void aSecretMayComeFromAFileOfItsOwn() throws IOException {
        Path secret = Files.writeString(folder.resolve("url"), "postgresql://af@db1/x\n");

        AfConfig config = AfConfig.load(file("af.database-url-file = " + secret + "\n"), Map.of());

        assertThat(config.text(ConfigKey.DATABASE_URL)).isEqualTo("postgresql://af@db1/x");
    }

    @Test
    void aDatabasesOwnRetentionStandsInKeyByKey() throws IOException {
        AfConfig config = AfConfig.load(
                file("af.time-zone = Europe/Vienna\naf.retention.keep-daily = 7\naf.retention.keep-last = 2\n"
                        + "af.database.a.url = postgresql://h/shop\n"
                        + "af.database.a.retention.keep-daily = 60\naf.database.a.retention.keep-within = 0s\n"
                        + "af.database.b.url = postgresql://h/crm\n"),
                Map.of());

        assertThat(config.databases())
                .extracting(one -> one.retention().words())
                .containsExactly(
                        "keep-last 2, keep-daily 60, days in Europe/Vienna",
                        "keep-last 2, keep-within 30d, keep-daily 7, days in Europe/Vienna");
        assertThat(config.retention()).isEqualTo(config.databases().get(1).retention());
        assertThat(AfConfig.load(null, Map.of()).retention().rules()).isEqualTo(Map.of("keep-within", "30d"));
    }

    @Test
    void aRetentionThatKeepsNothingOrIsNoNumberIsAMistake() throws IOException {
        Path nothing = file("af.retention.keep-within = 0s\n");
        assertThatThrownBy(() -> AfConfig.load(nothing, Map.of())).hasMessageContaining("af.retention keeps nothing");

        AfConfig wrong = AfConfig.read(
                file("af.database.a.url = postgresql://h/d\naf.database.a.retention.keep-last = -1\n"
                        + "af.database.b.url = postgresql://h/e\naf.database.b.retention.keep-daily = many\n"
                        + "af.database.b.retention.keep-within = soon\naf.database.b.retention-schedule = often\n"),
                Map.of());
        assertThat(String.join("\n", wrong.problems()))
                .contains(
                        "af.database.a.retention holds a negative number",
                        "af.database.b.retention.keep-daily is 'many'",
                        "af.database.b.retention.keep-within is 'soon'",
                        "af.database.b.retention-schedule is 'often'");
    }

    @Test
    void libpqsEnvironmentFillsWhatIsNotGiven() {
        DatabaseUrl url = LibpqEnvironment.complete(
                DatabaseUrl.parse("postgresql://db1/x"),
                Map.of("PGUSER", "af", "PGPORT", "5433", "PGHOST", "elsewhere", "PGPASSWORD", "secret"));

        assertThat(url.address()).isEqualTo("db1:5433");
        assertThat(url.user()).contains("af");
        assertThat(url.password().reveal()).isEqualTo("secret");
    }

    @Test
    void identitiesComeFromOnePlace() {
        Map<String, String> both = Map.of("AF_IDENTITY_FILE", "keys.txt", "AF_IDENTITY_COMMAND", "pass age");

        assertThat(AfConfig.read(null, both).problems())
                .containsExactly("af.identity-file and af.identity-command are both set, and only one can count");
        AfConfig typed = AfConfig.load(null, Map.of("AF_IDENTITY_COMMAND", "pass age"))
                .with(ConfigKey.IDENTITY_FILE, "keys.txt");
        assertThat(typed.text(ConfigKey.IDENTITY_FILE)).isEqualTo("keys.txt");
    }
}
