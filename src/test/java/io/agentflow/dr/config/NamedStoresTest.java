package io.agentflow.dr.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores by their names: who is primary, who follows, and how long each keeps backups. */
class NamedStoresTest {
    private static final String STORES = "af.time-zone = UTC\naf.store.local = /srv/backups\n"
            + "af.store.s3-eu = s3://dr/app?region=eu-central-1\naf.store.s3-us = s3://dr/app?region=us-east-1&endpoint=http://h\n";

    @TempDir
    Path folder;

    private AfConfig load(String... lines) throws IOException {
        return AfConfig.load(file(lines), Map.of());
    }

    private Path file(String... lines) throws IOException {
        return Files.writeString(folder.resolve("af.properties"), String.join("\n", lines));
    }

    @Test
    void twoNamesOfOnePlaceAreRefused() throws IOException {
        assertThatThrownBy(() -> load(STORES, "af.store.cheap = /srv/../srv/backups"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("af.store.cheap and af.store.local are one and the same place");
    }

    @Test
    void aMistypedNameIsNoNewDirectory() throws IOException {
        AfConfig config = load(STORES);

        assertThatThrownBy(() -> config.stores().named("s3_eu"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("no store is called s3_eu; there are local, s3-eu, s3-us");
        assertThat(config.stores().named("./s3_eu").uri()).isEqualTo("./s3_eu");
        assertThat(load("af.jobs = 2").stores().named("backups").uri()).isEqualTo("backups");
    }

    @Test
    void theFirstIsThePrimaryAndTheOthersFollow() throws IOException {
        AfConfig config = load(
                STORES,
                "af.stores = local, s3-eu",
                "af.database.a.url = postgresql://h/a",
                "af.database.b.url = postgresql://h/b",
                "af.database.b.stores = s3-us,/mnt/other",
                "af.database.c.url = postgresql://h/c",
                "af.database.c.stores = s3-eu");

        assertThat(config.storesMeant())
                .containsExactly(
                        new ConfiguredStore("local", "/srv/backups"),
                        new ConfiguredStore("s3-eu", "s3://dr/app?region=eu-central-1"));
        assertThat(config.databases())
                .extracting(one -> one.keptIn().stream()
                        .map(in -> in.store().name())
                        .toList()
                        .toString())
                .containsExactly("[local, s3-eu]", "[s3-us, /mnt/other]", "[s3-eu]");
        assertThat(config.databases().get(1).primary().name()).isEqualTo("s3-us");
        assertThat(config.of("b").storesMeant())
                .extracting(ConfiguredStore::name)
                .containsExactly("s3-us", "/mnt/other");
        assertThat(config.of("c").storesMeant())
                .extracting(ConfiguredStore::name)
                .containsExactly("s3-eu");
        assertThat(config.knownStores())
                .extracting(ConfiguredStore::name)
                .containsExactly("local", "s3-eu", "s3-us", "/mnt/other");
        assertThat(config.storesInUse())
                .extracting(ConfiguredStore::name)
                .containsExactly("local", "s3-us", "s3-eu", "/mnt/other");
        assertThat(config.primaries()).extracting(ConfiguredStore::name).containsExactly("local", "s3-us", "s3-eu");
        assertThat(config.followedBy("/mnt/other"))
                .extracting(ConfiguredStore::name)
                .containsExactly("s3-us");
    }

    @Test
    void aUriThatHasANameIsCalledByIt() throws IOException {
        AfConfig config = load(STORES, "af.store = /srv/backups");

        assertThat(config.storesMeant()).containsExactly(new ConfiguredStore("local", "/srv/backups"));
        assertThat(config.stores().named("./local").name()).isEqualTo("./local");
        assertThat(config.storeAt("/srv/backups")).contains(new ConfiguredStore("local", "/srv/backups"));
        assertThat(config.storeAt("s3://dr/app at http://h").map(ConfiguredStore::name))
                .contains("s3-us");
        assertThat(config.storeAt("/elsewhere")).isEmpty();
    }

    @Test
    void whatEachStoreSaysCountsBeforeTheDatabaseAndThatBeforeAll() throws IOException {
        AfConfig config = load(
                STORES,
                "af.stores = local,s3-eu,s3-us",
                "af.retention.keep-daily = 7",
                "af.store.s3-us.retention.keep-daily = 90",
                "af.store.s3-us.retention.keep-within = 0s",
                "af.database.a.url = postgresql://h/a",
                "af.database.a.retention.keep-daily = 14",
                "af.database.b.url = postgresql://h/b");

        assertThat(config.databases().get(0).keptIn())
                .extracting(in -> in.retention().words())
                .containsExactly(
                        "keep-within 30d, keep-daily 14, days in UTC",
                        "keep-within 365d, keep-daily 14, days in UTC",
                        "keep-daily 90, days in UTC");
        assertThat(config.retention("b", config.stores().named("s3-eu")).words())
                .isEqualTo("keep-within 365d, keep-daily 7, days in UTC");
        assertThat(config.retention(null, config.stores().named("s3-us")).words())
                .isEqualTo("keep-daily 90, days in UTC");
    }

    @Test
    void oneWordForAllCountsInEveryStore() throws IOException {
        AfConfig config = load(STORES, "af.retention.keep-within = 7d");

        assertThat(config.retention(null, config.stores().named("s3-eu")).words())
                .isEqualTo("keep-within 7d, days in UTC");
    }

    @Test
    void whatCannotBeMeantIsToldByKey() throws IOException {
        assertThatThrownBy(() -> load(STORES, "af.store = /other", "af.stores = local"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("af.store (")
                .hasMessageContaining("are both given");
        assertThatThrownBy(() -> load(STORES, "af.stores = local, s3-eu, file:/srv/backups"))
                .hasMessageContaining("af.stores names local twice");
        assertThatThrownBy(() -> load(
                        "af.store.bad = s3://user:secret@bucket",
                        "af.store.gone.retention.keep-last = 1",
                        "af.store.x.retention.keep-eternally = 1"))
                .hasMessageContaining("af.store.bad: a store's URI holds no credentials")
                .hasMessageContaining("af.store.gone is missing")
                .hasMessageContaining("af.store.x.retention.keep-eternally")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> load(STORES, "af.store.local.retention.keep-within = 0s"))
                .hasMessageContaining("af.store.local.retention keeps nothing");
        AfConfig twice = AfConfig.read(
                file(STORES, "af.database.a.url = postgresql://h/a", "af.database.a.stores = local,local"), Map.of());
        assertThat(twice.problems()).containsExactly("af.database.a.stores names local twice");
    }
}
