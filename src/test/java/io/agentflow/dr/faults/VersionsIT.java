package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.PostgresVersion;
import io.agentflow.dr.testing.Project;
import io.agentflow.dr.testing.ToolsAtHand;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backup and restore under every supported major version, and from one to another. The zoo is backed up once in each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VersionsIT {
    private final Map<Integer, ADatabase> zoos = new HashMap<>();

    @TempDir
    static Path folder;

    /** The zoo of this version; the first time it is loaded, backed up and verified. */
    private ADatabase zoo(int major) {
        return zoos.computeIfAbsent(major, version -> {
            ADatabase zoo = cluster(version)
                    .database("zoo_" + version)
                    .script(Project.file("src/test/resources/sample/zoo.sql"));
            backUp(zoo, store(version));
            expect(0, af(version).run("backup", "verify", "latest", store(version)));
            return zoo;
        });
    }

    private static LocalPostgres cluster(int major) {
        return new PostgresVersion(major).cluster();
    }

    private static String store(int major) {
        return "./from-" + major;
    }

    private static AfProcess af(int major) {
        return ToolsAtHand.first(folder, new PostgresVersion(major));
    }

    private static JsonNode backUp(ADatabase database, String store) {
        int major = (int) (database.number("SELECT current_setting('server_version_num')::bigint") / 10000);
        return expect(0, af(major).on(database).run("backup", "create", store, "--json"))
                .json();
    }

    private static AfProcess.Result expect(int exitCode, AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        return result;
    }

    private static void assertProven(JsonNode restored) {
        assertThat(restored.path("status").asText()).as(restored.toString()).isEqualTo("ok");
        assertThat(restored.path("proof").path("different")).isEmpty();
        assertThat(restored.path("proof").path("identical").asInt())
                .isEqualTo(restored.path("proof").path("tables").asInt())
                .isGreaterThan(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 15, 17, 18})
    void row12_theZooComesBackTheSameInEveryVersion(int major) {
        ADatabase zoo = zoo(major);
        String before = zoo.dump();

        AfProcess.Result restored =
                af(major).on(zoo).run("backup", "restore", "latest", store(major), "--yes", "--json");

        assertProven(expect(0, restored).json());
        assertThat(zoo.dump()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"13,15", "15,17", "17,18", "13,18"})
    void row12_theZooGoesIntoANewerVersion(int older, int newer) {
        zoo(older);
        zoo(newer); // has the roles
        String target = cluster(newer).uri("zoo_from_" + older);

        AfProcess.Result restored = af(older)
                .run("backup", "restore", "latest", store(older), "--target-database-url", target, "--yes", "--json");

        assertProven(expect(0, restored).json());
    }

    @Test
    void row12_fingerprintsAreTheSameInEveryVersion() {
        zoo(13);
        zoo(18);
        LocalPostgres newer = cluster(18);
        ADatabase copy = newer.existing("zoo_again");
        expect(0, restoreAs(store(13), 13, copy));

        backUp(copy, "./again");

        assertThat(fingerprints("./again")).isEqualTo(fingerprints(store(13)));
    }

    @Test
    void row12_aByteThatNewerVersionsWriteInOctalHasTheSameFingerprint() {
        ADatabase database = made(13, "bytes", "ENCODING 'LATIN1' LOCALE 'C'")
                .with("CREATE TABLE bytes AS SELECT n, chr(n)::\"char\" AS c FROM generate_series(1, 255) n"
                        + " UNION ALL VALUES (0, ''::\"char\"), (NULL, NULL)");
        backUp(database, "./bytes");

        expect(0, restoreAs("./bytes", 13, cluster(18).existing("bytes")));
    }

    private List<String> fingerprints(String store) {
        JsonNode manifest = expect(0, new AfProcess(folder).run("backup", "show", "latest", store, "--json"))
                .json();
        List<String> fingerprints = manifest.findValues("fingerprint").stream()
                .map(JsonNode::asText)
                .toList();
        assertThat(fingerprints).hasSizeGreaterThan(200);
        return fingerprints;
    }

    @ParameterizedTest
    @CsvSource({"15,13", "18,17", "18,13"})
    void row12_anOlderServerIsRefusedUntouched(int newer, int older) {
        zoo(newer);
        ADatabase live = zoo(older);
        String before = live.dump();
        List<String> databases = cluster(older).databases();

        AfProcess.Result refused = restoreAs(store(newer), newer, live);

        expect(4, refused);
        assertThat(refused.err())
                .contains("the target is PostgreSQL " + older + ".")
                .contains("older than the backup's " + newer + ".")
                .contains("Restore into PostgreSQL " + newer + " or newer.");
        assertThat(cluster(older).databases()).isEqualTo(databases);
        assertThat(live.dump()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "15 | 18 | LOCALE_PROVIDER icu ICU_LOCALE 'en-US'",
                "17 | 18 | LOCALE_PROVIDER icu ICU_LOCALE 'en-US' ICU_RULES '&V << w <<< W'",
                "17 | 17 | LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'",
                "18 | 18 | LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST'"
            })
    void row12_theLocaleIsTheSameAgain(int source, int target, String locale) {
        ADatabase database = made(source, "localised", locale);
        ADatabase copy = cluster(target).existing("localised_copy_" + source);
        backUp(database, "./localised");

        expect(0, restoreAs("./localised", source, copy));

        assertThat(localeOf(copy)).isEqualTo(localeOf(database));
        cluster(target).maintain("DROP DATABASE " + copy.name());
    }

    @Test
    void row12_aLocaleOfTheSystemStaysOneWhereTheClusterPrefersIcu() {
        ADatabase database = made(13, "of_libc", "");
        backUp(database, "./of_libc");
        try (LocalPostgres icu = LocalPostgres.startFrom(new PostgresVersion(18).bin())) {
            icu.maintain("CREATE DATABASE other TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de'");
            icu.maintain("ALTER DATABASE template0 RENAME TO was_template0");
            icu.maintain("ALTER DATABASE other RENAME TO template0");
            // So does initdb.
            icu.maintain("UPDATE pg_database SET datcollversion = NULL WHERE datname = 'template0'");
            ADatabase copy = icu.existing("copy");

            expect(0, restoreAs("./of_libc", 13, copy));

            assertThat(localeOf(copy)).isEqualTo(localeOf(database));
        }
    }

    private static ADatabase made(int major, String name, String locale) {
        cluster(major).maintain("DROP DATABASE IF EXISTS " + name);
        cluster(major).maintain("CREATE DATABASE " + name + " TEMPLATE template0 " + locale);
        return cluster(major)
                .existing(name)
                .with("CREATE TABLE words AS SELECT 'é' || n AS w FROM generate_series(1, 9) n");
    }

    private static AfProcess.Result restoreAs(String store, int major, ADatabase target) {
        return af(major).run("backup", "restore", "latest", store, "--target-database-url", target.uri(), "--yes");
    }

    /** The columns have had several names. */
    private static List<String> localeOf(ADatabase database) {
        return database.texts("SELECT concat_ws(' ', coalesce(j->>'datlocprovider', 'c'), datcollate, datctype,"
                + " coalesce(j->>'datlocale', j->>'daticulocale'), j->>'daticurules')"
                + " FROM pg_database d, to_jsonb(d) j WHERE datname = current_database()");
    }
}
