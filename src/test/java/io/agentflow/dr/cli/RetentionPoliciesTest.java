package io.agentflow.dr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.follow.SpareForFollowers.Family;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose policy counts for which backups. */
class RetentionPoliciesTest {
    @TempDir
    Path folder;

    private static Object last(AfConfig config, Path store, String database) {
        DirectoryStore directory = new DirectoryStore(store, DirectoryPermissions.OWNER);
        return new RetentionPolicies(config, directory, Map.of("PGDATABASE", "billing"))
                .apply(database)
                .last();
    }

    @Test
    void aDatabaseHasItsOwnByItsNameAndOfTwoThatHaveOneNameByItsStore() throws IOException {
        Path one = Files.createDirectory(folder.resolve("one"));
        Path two = Files.createDirectory(folder.resolve("two"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), two);
        AfConfig config = AfConfig.load(
                Files.writeString(
                        folder.resolve("af.properties"),
                        "af.retention.keep-last = 1\naf.database.a.url = postgresql://a/shop\naf.database.a.stores = "
                                + one + "\naf.database.a.retention.keep-last = 2\n"
                                + "af.database.b.url = postgresql://b/shop\naf.database.b.stores = " + two
                                + "\naf.database.b.retention.keep-last = 3\n"
                                + "af.database.c.url = postgresql://c\naf.database.c.retention.keep-last = 4\n"),
                Map.of());

        assertThat(last(config, one, "shop")).isEqualTo(2);
        assertThat(last(config, link, "shop")).isEqualTo(3);
        assertThat(last(config, folder, "shop")).isEqualTo(1);
        assertThat(last(config, folder, "billing")).isEqualTo(4);
        assertThat(last(config, one, "other")).isEqualTo(1);
    }

    /** Of the first of two stores, local and far, to which all backups go. */
    private RetentionPolicies ofTheFirst(String more, Map<String, String> environment) throws IOException {
        Path local = Files.createDirectory(folder.resolve("local"));
        AfConfig config = AfConfig.load(
                Files.writeString(
                        folder.resolve("af.properties"),
                        "af.store.local = " + local + "\naf.store.far = " + folder.resolve("far")
                                + "\naf.stores = local,far\naf.database.a.url = postgresql://a/shop\n" + more),
                environment);
        return new RetentionPolicies(
                config, new DirectoryStore(local, DirectoryPermissions.OWNER), Map.of("PGDATABASE", "x"));
    }

    private static Family family(RetentionPolicies policies, String database) {
        return policies.family(database, one -> new DirectoryStore(Path.of(one.uri()), DirectoryPermissions.OWNER));
    }

    @Test
    void whatTheEnvironmentLooksAtIsFollowedAllTheSame() throws IOException {
        RetentionPolicies policies = ofTheFirst("", Map.of("AF_STORES", "local"));

        for (String database : List.of("shop", "other")) {
            assertThat(family(policies, database).followers())
                    .singleElement()
                    .satisfies(follower -> assertThat(follower.name()).isEqualTo("far"));
        }
    }

    @Test
    void aStoreHasFollowersWhereItIsThePrimaryOfThatDatabase() throws IOException {
        RetentionPolicies policies =
                ofTheFirst("af.store.far.retention.keep-last = 9\naf.database.a.stores = far,local\n", Map.of());

        Family led = family(policies, "shop");
        assertThat(led.followers()).isEmpty();
        assertThat(led.primary().orElseThrow().name())
                .isEqualTo(folder.resolve("far").toString());
        Family leading = family(policies, "other");
        assertThat(leading.primary()).isEmpty();
        assertThat(leading.followers()).singleElement().satisfies(follower -> {
            assertThat(follower.name()).isEqualTo("far");
            assertThat(follower.policy().last()).isEqualTo(9);
        });
    }
}
