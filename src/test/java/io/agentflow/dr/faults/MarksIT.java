package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A comment alone never makes a database one that af may drop or swap in. */
class MarksIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    private ADatabase backedUp(String name) {
        ADatabase database = postgres.database(name).with("CREATE TABLE t AS SELECT 'backed up' AS a");
        ok(new AfProcess(folder).on(database).run("backup", "create"));
        return database;
    }

    private AfProcess on(String database) {
        return new AfProcess(folder).with("AF_DATABASE_URL", postgres.uri(database));
    }

    private void rename(String from, String to) {
        postgres.maintain("ALTER DATABASE \"" + from + "\" RENAME TO \"" + to + "\"");
    }

    private String killedRestore(String name) {
        AfProcess.Running running = HeldRoutes.in(folder)
                .before("restore/restore-attempt", "prove")
                .of(on(name))
                .start("backup", "restore", "latest", "--yes");
        await().atMost(Duration.ofSeconds(60)).until(() -> running.errSoFar().contains("load  "));
        running.process().destroyForcibly();
        running.await();
        return postgres.databases().stream()
                .filter(n -> n.startsWith(name + "_af_"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aStagingDatabaseThatWasMadeTheLiveOneByHandIsNotSwept() {
        backedUp("marks_promoted");
        String staging = killedRestore("marks_promoted");
        postgres.maintain("DROP DATABASE marks_promoted");
        rename(staging, "marks_promoted");
        postgres.existing("marks_promoted").with("CREATE TABLE precious AS SELECT 1 AS a");

        AfProcess.Result restored = ok(on("marks_promoted").run("backup", "restore", "latest", "--yes", "--json"));

        String previous = restored.json().path("previousDatabase").asText();
        assertThat(postgres.existing(previous).number("SELECT a FROM public.precious"))
                .isEqualTo(1);
    }

    @Test
    void aPreviousDatabaseThatWasMadeTheLiveOneByHandIsNotDropped() {
        backedUp("marks_undone");
        String previous = ok(on("marks_undone").run("backup", "restore", "latest", "--yes", "--json"))
                .json()
                .path("previousDatabase")
                .asText();
        postgres.maintain("DROP DATABASE marks_undone");
        rename(previous, "marks_undone");

        AfProcess.Result dropped = on("marks_undone").run("backup", "restore", "--drop-old", "--yes");

        assertThat(dropped.exitCode()).as(dropped.toString()).isEqualTo(6);
        assertThat(postgres.databases()).contains("marks_undone");
    }

    @Test
    void aMarkInABackupsCommentIsNoMarkOfTheRestoredDatabase() {
        backedUp("marks_copied");
        postgres.maintain("COMMENT ON DATABASE marks_copied IS 'mine'");
        String previous = ok(on("marks_copied").run("backup", "restore", "latest", "--yes", "--json"))
                .json()
                .path("previousDatabase")
                .asText();
        ok(on(previous).run("backup", "create", "./copies"));

        ok(new AfProcess(folder)
                .with("AF_TARGET_DATABASE_URL", postgres.uri("marks_copied"))
                .run("backup", "restore", "latest", "./copies", "--yes"));

        assertThat(postgres.existing("marks_copied")
                        .texts("SELECT shobj_description(oid, 'pg_database') FROM pg_database"
                                + " WHERE datname = 'marks_copied'"))
                .containsExactly("mine");
    }

    @Test
    void nobodyCanHaveADatabaseOfHisOwnSwappedInAsSomebodyElses() {
        postgres.role("marks_eve", "CREATEDB");
        backedUp("marks_blog");
        ok(on("marks_blog").run("backup", "restore", "latest", "--yes"));
        postgres.database("marks_blog_before_aaaa").with("CREATE TABLE t AS SELECT 'of eve' AS a");
        String oid = postgres.existing("postgres")
                .texts("SELECT oid::text FROM pg_database WHERE datname = 'marks_blog_before_aaaa'")
                .get(0);
        postgres.maintain("COMMENT ON DATABASE marks_blog_before_aaaa IS"
                + " '[af previous 2099-01-01T00:00:00Z 20990101T000000Z-aaaa " + oid + " marks_blog]'");
        postgres.maintain("ALTER DATABASE marks_blog_before_aaaa OWNER TO marks_eve");

        ok(on("marks_blog").run("backup", "restore", "--undo", "--yes"));

        assertThat(postgres.existing("marks_blog").texts("SELECT a FROM public.t"))
                .containsExactly("backed up");
    }

    @Test
    void aRestoreThatChangesTheOwnerCanBeUndone() {
        postgres.role("marks_owner", "");
        backedUp("marks_owned");
        postgres.maintain("ALTER DATABASE marks_owned OWNER TO marks_owner");
        String settings = "SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
                + " WHERE d.datname = 'marks_owned'";
        String owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'marks_owned'";

        // It belonged to another role when it was backed up.
        ok(on("marks_owned").run("backup", "restore", "latest", "--yes"));
        assertThat(postgres.existing("postgres").texts(owner)).containsExactly("postgres");
        assertThat(postgres.existing("postgres").number(settings)).isZero();
        ok(on("marks_owned").run("backup", "restore", "--undo", "--yes"));
        assertThat(postgres.existing("postgres").texts(owner)).containsExactly("marks_owner");
        assertThat(postgres.existing("postgres").number(settings)).isZero();
        ok(on("marks_owned").run("backup", "restore", "--undo", "--yes"));
        ok(on("marks_owned").run("backup", "restore", "--drop-old", "--yes"));

        assertThat(postgres.databases())
                .filteredOn(name -> name.startsWith("marks_owned_"))
                .isEmpty();
    }

    @Test
    void aCommentThatOnlyLooksLikeAMarkIsNone() {
        backedUp("marks_odd");
        postgres.database("marks_other");
        postgres.maintain("COMMENT ON DATABASE marks_other IS '[af staging not-an-instant x 1 marks_odd]'");

        ok(on("marks_odd").run("backup", "restore", "latest", "--yes"));
        ok(on("marks_odd").run("backup", "restore", "--undo", "--yes"));

        assertThat(postgres.databases()).contains("marks_other");
    }

    @Test
    void row03_anEmptyDatabaseThatAKilledRestoreCouldNotMarkIsTakenOver() {
        backedUp("marks_killed");
        String id = on("marks_killed")
                .run("backup", "list", "--json")
                .json()
                .at("/backups/0/id")
                .asText();
        postgres.database("marks_killed_af_" + id.substring(id.length() - 4));

        ok(on("marks_killed").run("backup", "restore", "latest", "--yes"));

        postgres.database("marks_killed_af_" + id.substring(id.length() - 4)).with("CREATE TABLE of_somebody (a int)");
        AfProcess.Result busy = on("marks_killed").run("backup", "restore", "latest", "--yes");
        assertThat(busy.exitCode()).as(busy.toString()).isEqualTo(7);
        assertThat(postgres.databases()).contains("marks_killed_af_" + id.substring(id.length() - 4));
    }

    @Test
    void aSubscriptionInTheStagingDatabaseDoesNotKeepItFromBeingDropped() {
        ADatabase database = postgres.database("marks_subscriber")
                .with("CREATE TABLE t (a int)")
                .with("CREATE SUBSCRIPTION marks_sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false)");
        ok(new AfProcess(folder).on(database).run("backup", "create"));
        killedRestore("marks_subscriber");

        AfProcess.Result restored = on("marks_subscriber").run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        String previous = restored.json().path("previousDatabase").asText();
        AfProcess.Result refused = on("marks_subscriber").run("backup", "restore", "--drop-old", "--yes", "--json");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("hint").asText()).contains("slot_name = NONE");
        for (String name : new String[] {previous, "marks_subscriber"}) {
            postgres.existing(name)
                    .with("ALTER SUBSCRIPTION marks_sub SET (slot_name = NONE)")
                    .with("DROP SUBSCRIPTION marks_sub");
        }
        ok(on("marks_subscriber").run("backup", "restore", "--drop-old", "--yes"));
    }
}
