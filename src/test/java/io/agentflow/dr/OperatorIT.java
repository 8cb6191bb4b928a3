package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators ran into: what af prints can be typed, and says what matters. */
class OperatorIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    @Test
    void theHintOfADamagedBackupNamesItsStore() throws IOException {
        AfProcess af =
                new AfProcess(folder).launched().on(postgres.database("damaged").with("CREATE TABLE t (a int)"));
        String id = ok(af.run("backup", "create", "other store", "--json"))
                .json()
                .path("id")
                .asText();
        Files.writeString(folder.resolve("other store").resolve(id).resolve("RESTORE.md"), "no longer what it was");

        AfProcess.Result refused = af.run("backup", "restore", "latest", "other store", "--yes", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(9);
        assertThat(refused.json().path("error").path("hint").asText())
                .contains("af backup verify " + id + " 'other store'", "af backup list 'other store'");
    }

    @Test
    void theLatestThatIsRestoredElsewhereIsOfOneDatabase() {
        ADatabase shop = postgres.database("latest_shop").with("CREATE TABLE shop (a int)");
        ADatabase crm = postgres.database("latest_crm").with("CREATE TABLE crm (a int)");
        String ofShop = ok(new AfProcess(folder).on(shop).run("backup", "create", "--json"))
                .json()
                .path("id")
                .asText();
        String ofCrm = ok(new AfProcess(folder).on(crm).run("backup", "create", "--json"))
                .json()
                .path("id")
                .asText();
        String side = postgres.uri("latest_side");

        AfProcess.Result unclear =
                new AfProcess(folder).run("backup", "restore", "latest", "--target-database-url", side, "--plan");
        assertThat(unclear.exitCode()).as(unclear.toString()).isEqualTo(2);
        assertThat(unclear.err()).contains("latest of which database?", "latest_crm, latest_shop", "-d NAME");

        assertThat(planned(new AfProcess(folder), side, "-d", shop.uri())).isEqualTo(ofShop);
        assertThat(planned(new AfProcess(folder).on(shop), side)).isEqualTo(ofShop);
        assertThat(planned(new AfProcess(folder), shop.uri())).isEqualTo(ofShop);
        assertThat(planned(new AfProcess(folder), crm.uri())).isEqualTo(ofCrm);
        AfProcess.Result both = new AfProcess(folder)
                .on(crm)
                .run("backup", "restore", "latest", "--target-database-url", shop.uri(), "--plan");
        assertThat(both.exitCode()).as(both.toString()).isEqualTo(2);
    }

    private String planned(AfProcess af, String target, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("backup", "restore", "latest", "--target-database-url", target));
        arguments.addAll(List.of("--plan", "--json"));
        arguments.addAll(List.of(more));
        return ok(af.run(arguments.toArray(String[]::new))).json().path("id").asText();
    }

    @Test
    void aCriticalTableThatIsNotThereIsSaid() {
        ADatabase database = postgres.database("lacking").agentflow().with("DROP TABLE public.users CASCADE");

        AfProcess.Result made = ok(new AfProcess(folder).on(database).run("backup", "create"));

        assertThat(made.err()).containsPattern("critical +not in this database: users");
    }

    @Test
    void whatThePlanRefusesIsNotReadFirst() {
        postgres.role("operator_owner", "");
        ADatabase database = postgres.database("op_owned").with("CREATE TABLE t (a int)");
        ok(new AfProcess(folder).on(database).run("backup", "create"));
        postgres.maintain("ALTER DATABASE op_owned OWNER TO operator_owner");
        AfProcess owner = new AfProcess(folder).with("AF_DATABASE_URL", postgres.uri("op_owned", "operator_owner"));

        AfProcess.Result refused = owner.run("backup", "restore", "latest", "--yes");
        AfProcess.Result json = owner.run("backup", "restore", "latest", "--yes", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err())
                .contains("ALTER ROLE \"operator_owner\" CREATEDB")
                .doesNotContain("Restoring", "verify ");
        assertThat(json.json().path("error").path("step").asText()).isEqualTo("plan");
    }

    @Test
    void theCommandsThatARestorePrintsCanBeTypedAsTheyAre() throws IOException, InterruptedException {
        String name = "My \"odd\" 'DB' $x";
        AfProcess af = new AfProcess(folder).on(postgres.database(name).with("CREATE TABLE t (a int)"));
        ok(af.run("backup", "create"));
        AfProcess.Result restored = ok(af.run("backup", "restore", "latest", "--yes"));
        String drop = restored.out()
                .lines()
                .filter(line -> line.contains("--drop-old="))
                .map(line -> line.replaceFirst(".*?af backup", "backup"))
                .findFirst()
                .orElseThrow();

        Process words = new ProcessBuilder("bash", "-c", "printf '%s\\n' " + drop).start();
        String[] arguments = new String(words.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                .split("\n", -1);
        assertThat(words.waitFor()).isZero();
        ok(af.run(Stream.concat(Stream.of(arguments).filter(a -> !a.isEmpty()), Stream.of("--yes"))
                .toArray(String[]::new)));

        assertThat(postgres.databases()).contains(name).noneMatch(n -> n.contains("_before_") && n.startsWith("My"));
    }

    @Test
    void aStoreThatIsNotThereIsNoEmptyStore() {
        AfProcess af = new AfProcess(folder).launched();

        assertThat(af.run("backup", "list", "/nonexistent/store").exitCode()).isEqualTo(6);
        assertThat(ok(af.run("backup", "list")).err()).contains("no backups in");
    }

    @Test
    void latestIsTheLatestOfTheDatabaseThatIsRestored() throws IOException {
        ADatabase pay = postgres.database("op_pay").with("CREATE TABLE pay (a int)");
        ADatabase blog = postgres.database("op_blog").with("CREATE TABLE blog (a int)");
        ok(new AfProcess(folder).on(pay).run("backup", "create"));
        String ofBlog = ok(new AfProcess(folder).on(blog).run("backup", "create", "--json"))
                .json()
                .path("id")
                .asText();

        ok(new AfProcess(folder).on(pay).run("backup", "restore", "latest", "--yes"));
        AfProcess.Result other = new AfProcess(folder).on(pay).run("backup", "restore", ofBlog, "--plan", "--json");

        assertThat(pay.number("SELECT count(*) FROM pg_tables WHERE tablename = 'pay'"))
                .isEqualTo(1);
        assertThat(other.json().path("findings").toString()).contains("this is a backup of op_blog, not of op_pay");
        AfProcess.Result none = new AfProcess(folder)
                .with("AF_DATABASE_URL", postgres.uri("op_none"))
                .run("backup", "restore", "latest", "--yes");
        assertThat(none.exitCode()).as(none.toString()).isEqualTo(6);
    }

    @Test
    void row10_ofTwoBackupsInOneSecondTheLaterOneIsTheLatest() {
        DirectoryStore store = new DirectoryStore(folder.resolve("seconds"), DirectoryPermissions.OWNER);
        Instant now = Instant.parse("2026-11-23T10:00:00.100Z");

        BackupId first = store.newId(now, RandomGenerator.getDefault());
        store.begin(first);
        BackupId second = store.newId(now.plusMillis(700), RandomGenerator.getDefault());

        assertThat(second).isGreaterThan(first);
    }

    @Test
    void aSwapThatIsDoneIsNotDeniedWhenWhatFollowsFails() throws IOException {
        ADatabase database = postgres.database("op_followed").with("CREATE TABLE t (a int)");
        ok(new AfProcess(folder).on(database).run("backup", "create"));
        AfProcess af = HeldRoutes.in(folder)
                .followedBy("restore/restore-attempt", "direct:nowhere")
                .of(new AfProcess(folder).on(database));

        AfProcess.Result result = af.run("backup", "restore", "latest", "--yes", "--json");

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(3);
        assertThat(result.json().path("error").path("message").asText())
                .contains("done", "op_followed is restored", "op_followed_before_");
    }

    @Test
    void aLockOnTheDatabaseItselfEndsTheSwapAndNothingHasChangedAndWhatIsProvenIsKept() throws Exception {
        ADatabase database = postgres.database("op_swapped").with("CREATE TABLE t AS SELECT 1 AS a");
        ok(new AfProcess(folder).on(database).run("backup", "create"));
        try (Connection other = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/postgres",
                        "postgres",
                        LocalPostgres.PASSWORD);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("COMMENT ON DATABASE op_swapped IS 'being written'");

            AfProcess.Result busy =
                    new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes", "--json");

            assertThat(busy.exitCode()).as(busy.toString()).isEqualTo(7);
            assertThat(busy.json().path("error").path("hint").asText()).contains("again: op_swapped_af_");
            other.rollback();
        }
        database.with("UPDATE t SET a = 2");
        String proven = "SELECT oid::text FROM pg_database WHERE datname LIKE 'op_swapped\\_af\\_%'";
        List<String> kept = database.texts(proven);
        assertThat(kept).hasSize(1);

        ok(new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes", "--json"));

        assertThat(database.number("SELECT a FROM public.t")).isEqualTo(1);
        assertThat(database.texts("SELECT oid::text FROM pg_database WHERE datname = 'op_swapped'"))
                .as("not loaded again")
                .isEqualTo(kept);
        assertThat(database.texts(proven)).isEmpty();
    }

    @Test
    void aKeptDatabaseThatSomebodyChangedIsProvenAgainAndNotSwappedIn() throws Exception {
        ADatabase database = postgres.database("op_changed").with("CREATE TABLE t AS SELECT 1 AS a");
        ok(new AfProcess(folder).on(database).run("backup", "create"));
        try (Connection other = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/postgres",
                        "postgres",
                        LocalPostgres.PASSWORD);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("COMMENT ON DATABASE op_changed IS 'being written'");
            new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes", "--json");
            other.rollback();
        }
        String kept = database.texts("SELECT datname FROM pg_database WHERE datname LIKE 'op_changed\\_af\\_%'")
                .get(0);
        postgres.existing(kept).with("UPDATE t SET a = 3");

        AfProcess.Result refused =
                new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(9);
        assertThat(postgres.databases()).contains("op_changed").noneMatch(n -> n.startsWith("op_changed_"));
    }

    @Test
    void row23_reportsAreForTheOwnerAndQuoteNoRows() throws IOException {
        ADatabase database = postgres.database("op_private")
                .with("CREATE TABLE t AS SELECT 'SSN-123'::text AS a")
                .with("CREATE FUNCTION no() RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'")
                .with("ALTER TABLE t ADD CHECK (no())")
                .with("CREATE OR REPLACE FUNCTION no() RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false'");
        ok(new AfProcess(folder).on(database).run("backup", "create"));

        AfProcess.Result failed =
                new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes", "--json");

        assertThat(failed.exitCode()).as(failed.toString()).isEqualTo(1);
        Path report = folder.resolve(failed.json().path("report").asText());
        assertThat(Files.readString(report)).doesNotContain("SSN-123");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(report)))
                .isEqualTo("rw-------");
    }

    @Test
    void whatARestoreMadeBeforeItFailedCanBeKept() {
        ADatabase database = postgres.database("op_kept")
                .with("CREATE TABLE t AS SELECT 1 AS a")
                .with("CREATE FUNCTION no() RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'")
                .with("ALTER TABLE t ADD CHECK (no())")
                .with("CREATE OR REPLACE FUNCTION no() RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false'");
        ok(new AfProcess(folder).on(database).run("backup", "create"));

        AfProcess.Result failed =
                new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes", "--keep-staging");

        assertThat(failed.exitCode()).as(failed.toString()).isEqualTo(1);
        assertThat(failed.err()).contains("kept as it is: op_kept_af_");
        assertThat(postgres.databases()).anyMatch(n -> n.startsWith("op_kept_af_"));
        new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes");
        assertThat(postgres.databases()).noneMatch(n -> n.startsWith("op_kept_af_"));
    }

    @Test
    void row23_keywordsThatWouldShowASecretOrBeIgnoredAreRefused() {
        for (String keyword : new String[] {"sslpassword=TopSecret1", "require_auth=scram-sha-256", "passfile=/x"}) {
            AfProcess.Result refused =
                    new AfProcess(folder).run("backup", "create", "-d", "host=127.0.0.1 dbname=x " + keyword);

            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
            assertThat(refused.toString()).doesNotContain("TopSecret1");
        }
    }

    @Test
    void anAddressIsConnectedToAndNotTheHostsName() {
        postgres.database("op_address");
        String at = "host=db.invalid port=" + postgres.port() + " user=postgres dbname=op_address";

        AfProcess.Result reached = new AfProcess(folder)
                .with("PGPASSWORD", LocalPostgres.PASSWORD)
                .run("backup", "create", "-d", at + " hostaddr=127.0.0.1");
        AfProcess.Result elsewhere = new AfProcess(folder)
                .with("PGPASSWORD", LocalPostgres.PASSWORD)
                .with("PGHOSTADDR", "127.0.0.2")
                .run(
                        "backup",
                        "restore",
                        "--undo",
                        "--yes",
                        "-d",
                        "host=127.0.0.1 port=" + postgres.port()
                                + " user=postgres dbname=op_address connect_timeout=2");

        ok(reached);
        assertThat(elsewhere.exitCode()).as(elsewhere.toString()).isEqualTo(8);
    }
}
