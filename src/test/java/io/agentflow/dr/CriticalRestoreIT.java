package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scenario 1 of the baseline: tables come back into the live database, and no row of any other table is touched. */
class CriticalRestoreIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess af(ADatabase database) {
        return new AfProcess(folder).on(database);
    }

    private JsonNode ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result.json();
    }

    private void backUp(ADatabase database, String... options) {
        ok(af(database)
                .run(Stream.concat(Stream.of("backup", "create", "--json"), Stream.of(options))
                        .toArray(String[]::new)));
    }

    private AfProcess.Result restore(ADatabase database, String... options) {
        return af(database)
                .run(Stream.concat(
                                Stream.of("backup", "restore", "latest", "critical", "--yes", "--json"),
                                Stream.of(options))
                        .toArray(String[]::new));
    }

    private static Map<String, String> rows(ADatabase database) {
        Map<String, String> rows = new TreeMap<>();
        for (String table : database.texts(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")) {
            rows.put(
                    table,
                    database.texts(
                                    "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '')"
                                            + " FROM " + table + " t")
                            .get(0));
        }
        return rows;
    }

    private static JsonNode table(JsonNode restored, String name) {
        for (JsonNode table : restored.path("tables")) {
            if (table.path("name").asText().equals(name)) {
                return table;
            }
        }
        throw new AssertionError(name + " is not in " + restored);
    }

    @Test
    void aDroppedTableComesBackWithAllThatWentWithIt() {
        ADatabase database = postgres.database("critical_drop").agentflow();
        postgres.role("critical_reader", "");
        database.with("CREATE VIEW admins AS SELECT u.email, t.name FROM users u JOIN tenants t ON t.id = u.tenant_id")
                .with("CREATE VIEW admin_count AS SELECT count(*) FROM admins")
                .with("COMMENT ON VIEW admins IS 'who may'; GRANT SELECT ON admins TO critical_reader")
                .with("GRANT SELECT (email), UPDATE (role) ON users TO critical_reader")
                .with("ALTER TABLE users ENABLE ROW LEVEL SECURITY")
                .with("CREATE POLICY own ON users USING (email = current_user)")
                .with(
                        "CREATE POLICY mine ON budgets USING (EXISTS (SELECT FROM users WHERE users.tenant_id = budgets.tenant_id))")
                .with("CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$BEGIN NEW.updated_at = now(); RETURN NEW; END$$")
                .with("CREATE TRIGGER stamp BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION stamp()")
                .with("ALTER TABLE users ENABLE ALWAYS TRIGGER stamp")
                .with("CREATE FUNCTION first_user() RETURNS SETOF users LANGUAGE sql AS 'SELECT * FROM users LIMIT 1'")
                .with("CREATE MATERIALIZED VIEW emails AS SELECT email FROM users; CREATE INDEX ON emails (email)")
                .with("ALTER TABLE users ADD serial_number bigserial");
        String before = database.dump();
        Map<String, String> rows = rows(database);
        backUp(database);

        database.with("DROP TABLE users CASCADE");
        JsonNode restored = ok(restore(database));

        assertThat(table(restored, "users").path("action").asText()).isEqualTo("recreated");
        assertThat(table(restored, "tenants").path("action").asText()).isEqualTo("left");
        assertThat(restored.path("proof").path("identical").asInt()).isEqualTo(1);
        assertThat(rows(database)).isEqualTo(rows);
        assertThat(sorted(database.dump())).isEqualTo(sorted(before));
        assertThat(database.number("SELECT count(*) FROM public.emails")).isPositive();
        assertThat(database.number(
                        "SELECT nextval('public.users_serial_number_seq') - max(serial_number) FROM public.users"))
                .isEqualTo(1);
    }

    /** pg_dump orders some entries by oid, and these are new. */
    private static List<String> sorted(String dump) {
        return dump.lines().filter(line -> !line.startsWith("--")).sorted().toList();
    }

    @Test
    void aTableComesBackWithoutWhatDefaultPrivilegesWouldGiveIt() {
        ADatabase database = postgres.database("critical_privileges").agentflow();
        postgres.role("critical_outsider", "");
        database.with("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO critical_outsider")
                .with("ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO critical_outsider")
                .with("ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO critical_outsider")
                .with("CREATE FUNCTION who() RETURNS text LANGUAGE sql AS 'SELECT current_user::text'")
                .with("REVOKE ALL ON FUNCTION who() FROM critical_outsider")
                .with("CREATE TABLE notes (id serial PRIMARY KEY, secret text DEFAULT who())")
                .with("REVOKE ALL ON notes, notes_id_seq FROM critical_outsider; GRANT SELECT ON notes TO PUBLIC")
                .with("INSERT INTO notes (secret) VALUES ('top')");
        String before = database.dump();
        backUp(database);

        database.with("DROP TABLE users, notes CASCADE; DROP FUNCTION who()");
        ok(restore(database, "--tables", "users,notes"));

        assertThat(sorted(database.dump())).isEqualTo(sorted(before));
        assertThat(database.texts("SELECT has_table_privilege('critical_outsider', 'public.users', 'SELECT')"))
                .containsExactly("f");
    }

    @Test
    void aDefaultThatAnotherTableLostIsNamed() {
        ADatabase database = postgres.database("critical_torn");
        database.with("CREATE TABLE numbers (id serial PRIMARY KEY)")
                .with("CREATE TABLE other (id int DEFAULT nextval('numbers_id_seq'), t text DEFAULT 'kept')");
        backUp(database);

        database.with("DROP TABLE numbers CASCADE");
        AfProcess.Result restored = restore(database, "--tables", "numbers");

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        assertThat(restored.json().path("warnings").toString())
                .contains("public other")
                .contains("a default or a column of it went, too");
    }

    @Test
    void aTableWhoseStatisticsSayThatItIsEmptyIsReplacedInSeconds() {
        ADatabase database = postgres.database("critical_empty").agentflow();
        database.with("CREATE TABLE big AS SELECT i AS id, md5(i::text) AS text FROM generate_series(1, 60000) i")
                .with("ALTER TABLE big ADD PRIMARY KEY (id)");
        backUp(database);

        database.with("DELETE FROM big").with("VACUUM ANALYZE big");
        JsonNode restored = ok(restore(database, "--tables", "big", "--replace"));

        assertThat(restored.path("proof").path("identical").asInt()).isEqualTo(1);
        assertThat(restored.path("seconds").asDouble()).isLessThan(30);
    }

    @Test
    void aTypeAndASchemaThatWentWithTheTableComeBackToo() {
        ADatabase database = postgres.database("critical_schema")
                .with("CREATE SCHEMA billing; CREATE TYPE billing.state AS ENUM ('open', 'paid')")
                .with("CREATE SEQUENCE billing.number START 41")
                .with("CREATE TABLE billing.bills (id int PRIMARY KEY DEFAULT nextval('billing.number'),"
                        + " state billing.state, note text, twice text GENERATED ALWAYS AS (note || note) STORED)")
                .with(
                        "INSERT INTO billing.bills (state, note) VALUES ('open', E'a\\\\.b\\n\\\\.\\nc'), ('paid', '\\.'),"
                                + " ('paid', E'tab\\there'), (NULL, '')")
                .with("COMMENT ON SCHEMA billing IS 'money'");
        String before = database.dump();
        backUp(database);

        database.with("DROP SCHEMA billing CASCADE");
        ok(restore(database, "--tables", "billing.bills"));

        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void aPartitionedTableComesBackWhole() {
        ADatabase database = postgres.database("critical_partitions")
                .with("CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, at date, PRIMARY KEY (id, at))"
                        + " PARTITION BY RANGE (at)")
                .with("CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')"
                        + " PARTITION BY LIST (at)")
                .with("CREATE TABLE events_1_rest PARTITION OF events_1 DEFAULT")
                .with("CREATE TABLE events_2 PARTITION OF events DEFAULT")
                .with("INSERT INTO events (at) SELECT date '2026-01-20' + i FROM generate_series(1, 40) i")
                .with("CREATE INDEX ON events (at)");
        String before = database.dump();
        backUp(database, "--critical-tables", "events");

        database.with("DROP TABLE events");
        JsonNode restored = ok(restore(database));
        assertThat(sorted(database.dump())).isEqualTo(sorted(before));
        assertThat(table(restored, "events").path("rows").asLong()).isEqualTo(40);

        database.with("DROP TABLE events_1; DELETE FROM events WHERE id > 30");
        ok(restore(database, "--replace"));
        assertThat(sorted(database.dump())).isEqualTo(sorted(before));
    }

    @Test
    void aGeneratedColumnThatIsComputedAnewToAnotherValueIsSaidAndMakesNoRowDiffer() {
        ADatabase database = postgres.database("critical_recomputed")
                .with("CREATE FUNCTION weight(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT length($1)';"
                        + " CREATE TABLE events (id int PRIMARY KEY, note text,"
                        + " weight int GENERATED ALWAYS AS (weight(note)) STORED) PARTITION BY RANGE (id);"
                        + " CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);"
                        + " CREATE TABLE events_2 PARTITION OF events DEFAULT;"
                        + " INSERT INTO events SELECT i, 'note ' || i FROM generate_series(1, 20) i;"
                        + " CREATE OR REPLACE FUNCTION weight(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT -1'");
        backUp(database);
        String said = "public.events: the generated column weight was computed anew and differs";

        database.with("DROP TABLE events");
        AfProcess.Result restored = restore(database, "--tables", "events");

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        assertThat(restored.json().path("warnings").toString()).contains(said);
        assertThat(restored.json().path("proof").path("identical").asInt()).isEqualTo(1);

        database.with("DELETE FROM events WHERE id = 2; UPDATE events SET note = 'other' WHERE id > 18");
        AfProcess.Result replaced = restore(database, "--tables", "events", "--replace");

        assertThat(replaced.exitCode()).as(replaced.toString()).isEqualTo(3);
        assertThat(replaced.json().path("warnings").toString()).contains(said);
        assertThat(table(replaced.json(), "events").path("inserted").asInt()).isEqualTo(1);
        assertThat(table(replaced.json(), "events").path("updated").asInt()).isEqualTo(2);
        assertThat(database.number("SELECT count(*) FROM public.events WHERE note = 'note ' || id AND weight = -1"))
                .isEqualTo(20);
    }

    @Test
    void emptiedTablesGetTheirRowsBackAndNoOtherTableChangesButIsNamed() throws Exception {
        ADatabase database = postgres.database("critical_delete").agentflow();
        Map<String, String> before = rows(database);
        backUp(database);

        database.with("DELETE FROM tenants");
        Map<String, String> emptied = rows(database);
        AfProcess.Result plan = af(database)
                .run("backup", "restore", "latest", "critical", "--tables", "tenants,users", "--replace", "--plan");
        AfProcess.Result some = restore(database, "--replace");

        assertThat(some.exitCode()).as(some.toString()).isEqualTo(3);
        JsonNode restored = some.json();
        Map<String, String> after = rows(database);
        List<String> critical =
                List.of("public.tenants", "public.users", "public.rbac_roles", "public.rbac_bindings", "public.audits");
        critical.forEach(table -> assertThat(after).containsEntry(table, before.get(table)));
        emptied.keySet().stream()
                .filter(table -> !critical.contains(table))
                .forEach(table -> assertThat(after).containsEntry(table, emptied.get(table)));
        assertThat(restored.path("proof").path("identical").asInt()).isEqualTo(5);
        assertThat(table(restored, "tenants").path("inserted").asInt()).isEqualTo(5);
        assertThat(restored.path("warnings")).hasSize(1);
        String warning = restored.path("warnings").get(0).asText();
        assertThat(warning)
                .startsWith("fewer rows than in the backup: public.agents (0 of ")
                .contains("public.messages (0 of 600)");
        assertThat(plan.out()).contains("public.messages (0 of 600)", "public.audits (0 of 70)");

        ok(typed(database, ready(plan.out())));
        assertThat(rows(database)).isEqualTo(before);
        database.with("DELETE FROM tenants");
        ok(typed(database, ready(warning)));
        assertThat(rows(database)).isEqualTo(before);
    }

    /** The line that is there to be copied. */
    private static String ready(String said) {
        return said.substring(said.indexOf("af backup restore "))
                .lines()
                .findFirst()
                .orElseThrow();
    }

    /** Does what a line says that somebody copies into a shell. */
    private AfProcess.Result typed(ADatabase database, String line) throws Exception {
        Process shell = new ProcessBuilder("bash", "-c", line.replaceFirst("^af", "printf '%s\\\\n'")).start();
        List<String> words = new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                .lines()
                .collect(java.util.stream.Collectors.toList());
        words.addAll(List.of("--yes", "--json"));
        return af(database).run(words.toArray(String[]::new));
    }

    @Test
    void withoutReplaceWhatIsThereIsLeftAlone() {
        ADatabase database = postgres.database("critical_left").agentflow();
        backUp(database);
        database.with("DELETE FROM audits");
        Map<String, String> before = rows(database);

        JsonNode restored = ok(restore(database));

        assertThat(rows(database)).isEqualTo(before);
        assertThat(table(restored, "audits").path("action").asText()).isEqualTo("left");
    }

    @Test
    void replacingChangesOnlyWhatDiffersAndFiresNoTrigger() {
        ADatabase database = postgres.database("critical_replace").agentflow();
        database.with("CREATE TABLE log (what text)")
                .with("CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END$$")
                .with("CREATE TRIGGER always AFTER INSERT OR UPDATE OR DELETE ON users"
                        + " FOR EACH ROW EXECUTE FUNCTION log(); ALTER TABLE users ENABLE ALWAYS TRIGGER always")
                .with("CREATE TRIGGER never AFTER INSERT OR UPDATE OR DELETE ON users"
                        + " FOR EACH ROW EXECUTE FUNCTION log(); ALTER TABLE users DISABLE TRIGGER never");
        backUp(database);
        Map<String, String> before = rows(database);
        String dump = database.dump();
        database.with("ALTER TABLE users DISABLE TRIGGER USER")
                .with("UPDATE users SET role = 'hacked' WHERE id = (SELECT min(id::text)::uuid FROM users)")
                .with("DELETE FROM users WHERE id = (SELECT max(id::text)::uuid FROM users)")
                .with("INSERT INTO users (tenant_id, email, hashed_secret) SELECT id, 'new@x', '' FROM tenants")
                .with("ALTER TABLE users ENABLE ALWAYS TRIGGER always");

        JsonNode restored = ok(restore(database, "--replace"));

        assertThat(rows(database)).isEqualTo(before);
        assertThat(sorted(database.dump())).isEqualTo(sorted(dump));
        assertThat(table(restored, "users").path("updated").asInt()).isEqualTo(1);
        assertThat(table(restored, "users").path("inserted").asInt()).isEqualTo(1);
        assertThat(table(restored, "users").path("deleted").asInt()).isEqualTo(5);
    }

    @Test
    void newerRowsThatOthersReferToAreNamedAndNothingChanges() {
        ADatabase database = postgres.database("critical_newer").agentflow();
        backUp(database);
        database.with(
                        "INSERT INTO tenants (id, name, tier) VALUES ('00000000-0000-0000-0000-0000000000aa', 'newcomer', 'free')")
                .with(
                        "INSERT INTO agents (tenant_id, name, type) VALUES ('00000000-0000-0000-0000-0000000000aa', 'a1', 'x')")
                .with("DELETE FROM audits");
        Map<String, String> before = rows(database);

        AfProcess.Result refused = restore(database, "--replace");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText())
                .contains("public.agents", "00000000-0000-0000-0000-0000000000aa");
        assertThat(rows(database)).isEqualTo(before);
    }

    @Test
    void rowsThatReferToADroppedTablesNewRowsAreNamed() {
        ADatabase database = postgres.database("critical_orphans")
                .with("CREATE TABLE parents (id int PRIMARY KEY); INSERT INTO parents VALUES (1), (2)")
                .with("CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents)")
                .with("INSERT INTO children VALUES (10, 1)");
        backUp(database, "--critical-tables", "parents");
        database.with("INSERT INTO parents VALUES (3); INSERT INTO children VALUES (11, 3), (12, 3)")
                .with("DROP TABLE parents CASCADE");
        String before = database.dump();

        AfProcess.Result refused = restore(database);

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText()).contains("2 rows of public.children", "(3)");
        assertThat(database.dump()).isEqualTo(before);

        database.with("DELETE FROM children WHERE parent = 3");
        ok(restore(database));
        assertThat(database.number("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"))
                .isEqualTo(1);
    }

    @Test
    void aTableThatNeedsAnotherMissingOneIsRefusedBeforeAnythingIsTouched() {
        ADatabase database = postgres.database("critical_both").agentflow();
        backUp(database);
        Map<String, String> rows = rows(database);
        database.with("DROP TABLE tenants, users CASCADE");

        AfProcess.Result refused = restore(database, "--tables", "users");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("hint").asText()).contains("--tables");

        ok(restore(database, "--tables", "users,tenants"));
        assertThat(rows(database)).isEqualTo(rows);
    }

    @Test
    void aTableOfOtherColumnsIsRefused() {
        ADatabase database = postgres.database("critical_columns").agentflow();
        backUp(database);
        database.with("ALTER TABLE users ADD nickname text");
        Map<String, String> before = rows(database);

        AfProcess.Result refused = restore(database, "--replace", "--tables", "users");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText()).contains("nickname");
        assertThat(rows(database)).isEqualTo(before);
    }

    @Test
    void anOwnerWhoIsNoSuperuserCanDoIt() {
        postgres.role("critical_owner", "");
        ADatabase database = postgres.database("critical_owned");
        database.with(
                        "ALTER DATABASE critical_owned OWNER TO critical_owner; ALTER SCHEMA public OWNER TO critical_owner")
                .with("SET ROLE critical_owner; CREATE TABLE tenants (id int PRIMARY KEY, name text);"
                        + " INSERT INTO tenants VALUES (1, 'a'), (2, 'b');"
                        + " CREATE TABLE users (id int PRIMARY KEY, tenant int REFERENCES tenants ON DELETE CASCADE);"
                        + " INSERT INTO users VALUES (1, 1), (2, 2); CREATE TABLE others (t int REFERENCES tenants);"
                        + " INSERT INTO others VALUES (1)");
        backUp(database);
        database.with("DROP TABLE users; UPDATE tenants SET name = 'c'; DELETE FROM tenants WHERE id = 2");

        AfProcess.Result restored = new AfProcess(folder)
                .with("AF_DATABASE_URL", postgres.uri("critical_owned", "critical_owner"))
                .run("backup", "restore", "latest", "critical", "--replace", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(database.texts("SELECT id || name FROM public.tenants ORDER BY 1"))
                .containsExactly("1a", "2b");
        assertThat(database.number("SELECT count(*) FROM public.users")).isEqualTo(2);
        assertThat(database.texts("SELECT tableowner FROM pg_tables WHERE tablename = 'users'"))
                .containsExactly("critical_owner");
    }

    @Test
    void aDamagedFileOfTheTableIsFoundBeforeAnythingIsTouched() throws Exception {
        ADatabase database = postgres.database("critical_damage").agentflow();
        backUp(database);
        database.with("DROP TABLE users CASCADE");
        String before = database.dump();
        try (Stream<Path> files = Files.walk(folder.resolve("backups"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".dat.gz")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }

        AfProcess.Result refused = restore(database);

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(9);
        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void liveTrafficGoesOnMeanwhile() throws Exception {
        ADatabase database = postgres.database("critical_traffic").agentflow();
        backUp(database);
        database.with("DROP TABLE users CASCADE");
        CountDownLatch enough = new CountDownLatch(1);
        List<String> failures = new ArrayList<>();
        Thread traffic = new Thread(() -> {
            while (enough.getCount() > 0) {
                try {
                    database.with(
                            "INSERT INTO messages (tenant_id, trace_id, span_id, from_agent, to_agent, type, payload, ts, envelope_hash)"
                                    + " SELECT id, 't', 's', 'a', 'b', 'event', '{}', now(), 'h' FROM tenants LIMIT 1");
                } catch (RuntimeException e) {
                    failures.add(e.toString());
                    return;
                }
            }
        });
        long messages = database.number("SELECT count(*) FROM public.messages");
        traffic.start();
        try {
            ok(restore(database, "--replace"));
        } finally {
            enough.countDown();
            traffic.join(TimeUnit.SECONDS.toMillis(30));
        }

        assertThat(failures).isEmpty();
        assertThat(database.number("SELECT count(*) FROM public.messages")).isGreaterThan(messages);
        assertThat(database.number("SELECT count(*) FROM public.users")).isPositive();
    }

    @Test
    void deletedTenantsComeBackWhileTheApplicationGoesOnWriting() throws Exception {
        ADatabase database = postgres.database("critical_tenants").agentflow();
        backUp(database);
        String tenant =
                database.texts("SELECT min(id::text) FROM public.tenants").get(0);
        database.with("DELETE FROM tenants");
        CountDownLatch enough = new CountDownLatch(1);
        List<String> failures = new ArrayList<>();
        List<Thread> traffic = Stream.of(
                        "INSERT INTO messages (tenant_id, trace_id, span_id, from_agent, to_agent, type, payload, ts,"
                                + " envelope_hash) VALUES ('%s', 't', 's', 'a', 'b', 'event', '{}', now(), 'h')",
                        "INSERT INTO agents (tenant_id, name, type) VALUES ('%s', gen_random_uuid(), 'x')",
                        "UPDATE tools SET name = name WHERE tenant_id = '%s'",
                        "SELECT count(*) FROM tenants JOIN users ON users.tenant_id = tenants.id")
                .map(statement -> new Thread(() -> {
                    while (enough.getCount() > 0) {
                        try {
                            database.with(String.format(statement, tenant));
                        } catch (RuntimeException e) {
                            // Until its tenant is back, the application cannot write for it.
                            if (!e.getMessage().contains("violates foreign key constraint")) {
                                failures.add(e.toString());
                            }
                        }
                    }
                }))
                .toList();
        traffic.forEach(Thread::start);
        try {
            AfProcess.Result result = restore(database, "--replace");
            // What the deletion took from other tables is said, and left to the operator.
            assertThat(result.exitCode()).as(result.toString()).isEqualTo(3);
            assertThat(result.json().path("warnings").toString()).contains("public.messages", "--replace");
            assertThat(result.json().path("proof").path("identical").asInt()).isEqualTo(5);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> database.number("SELECT count(*) FROM public.messages") > 0
                            && database.number("SELECT count(*) FROM public.agents") > 0);
        } finally {
            enough.countDown();
            for (Thread thread : traffic) {
                thread.join(TimeUnit.SECONDS.toMillis(30));
            }
        }
        assertThat(failures).isEmpty();
        assertThat(database.number("SELECT count(*) FROM public.tenants")).isEqualTo(5);
    }

    @Test
    void rowsThatReferToOthersOfTheirTableComeBack() {
        ADatabase database = postgres.database("critical_self")
                .with("CREATE TABLE staff (id int PRIMARY KEY, boss int REFERENCES staff ON DELETE SET NULL)")
                .with("INSERT INTO staff VALUES (1, NULL), (2, 1), (3, 2), (4, 2)");
        backUp(database, "--critical-tables", "staff");
        database.with("DELETE FROM staff WHERE id = 2; INSERT INTO staff VALUES (9, 1)");

        ok(restore(database, "--replace"));

        assertThat(database.texts("SELECT id || '-' || coalesce(boss, 0) FROM public.staff ORDER BY id"))
                .containsExactly("1-0", "2-1", "3-2", "4-2");
    }

    @Test
    void aTableWithoutAKeyIsReplacedWhole() {
        ADatabase database = postgres.database("critical_keyless")
                .with("CREATE TABLE \"Odd.Table\" (\"a (b\" json, p point, n int GENERATED ALWAYS AS IDENTITY)")
                .with(
                        "INSERT INTO \"Odd.Table\" (\"a (b\", p) VALUES ('{\"x\": 1}', '(1,2)'), ('{\"x\": 1}', '(1,2)')");
        backUp(database, "--critical-tables", "Odd.Table");
        database.with("DELETE FROM \"Odd.Table\" WHERE n = 1; INSERT INTO \"Odd.Table\" (p) VALUES ('(3,4)')");

        ok(restore(database, "--replace"));

        assertThat(database.texts("SELECT n || p::text FROM public.\"Odd.Table\" ORDER BY n"))
                .containsExactly("1(1,2)", "2(1,2)");
    }

    @Test
    void partitionsAreFoundWhateverTheirNamesAre() {
        ADatabase database = postgres.database(
                "critical_latin", " TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
        database.with("CREATE TABLE ev (id int, d date) PARTITION BY RANGE (d)")
                .with("CREATE TABLE \"évén\n1\" PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')")
                .with("CREATE TABLE ev2 PARTITION OF ev DEFAULT")
                .with("INSERT INTO ev VALUES (1, '2026-01-05'), (2, '2026-07-01')");
        backUp(database, "--critical-tables", "ev");

        ok(restore(database, "--replace"));

        assertThat(database.number("SELECT count(*) FROM public.ev")).isEqualTo(2);
        database.with("DROP TABLE ev");
        ok(restore(database));
        assertThat(database.number("SELECT count(*) FROM public.ev")).isEqualTo(2);
    }

    @Test
    void aTableThatWasRenamedKeepsWhatIsItsOwn() {
        ADatabase database = postgres.database("critical_renamed")
                .with("CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE)")
                .with("INSERT INTO users (email) VALUES ('a')")
                .with("CREATE TABLE orders (u int REFERENCES users)");
        backUp(database, "--critical-tables", "users");
        database.with("ALTER TABLE users RENAME TO users_old");
        String before = database.dump();

        AfProcess.Result refused = restore(database);

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText()).contains("there already");
        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void aTableThatOnlyUsesTheRowTypeOfAnotherIsNotTaken() {
        ADatabase database = postgres.database("critical_rowtype")
                .with("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, x a)")
                .with("CREATE TABLE child (more text) INHERITS (a); INSERT INTO a VALUES (1)");
        backUp(database, "--critical-tables", "a");
        database.with("INSERT INTO b VALUES (2, NULL), (3, NULL); INSERT INTO child VALUES (7, 'new')");

        ok(restore(database, "--replace", "--tables", "a"));

        assertThat(database.number("SELECT count(*) FROM public.b")).isEqualTo(2);
        assertThat(database.number("SELECT count(*) FROM public.child")).isEqualTo(1);
    }

    @Test
    void aPartitionThatIsMissingComesBackProvenAndNamed() {
        ADatabase database = postgres.database("critical_partition")
                .with("CREATE TABLE ev (id int, d date) PARTITION BY RANGE (d)")
                .with("CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')")
                .with(
                        "CREATE TABLE ev2 PARTITION OF ev DEFAULT; INSERT INTO ev VALUES (1, '2026-01-05'), (2, '2026-07-01')");
        backUp(database, "--critical-tables", "ev");
        database.with("DROP TABLE ev1; INSERT INTO ev VALUES (3, '2026-08-01')");

        JsonNode restored = ok(restore(database));

        assertThat(table(restored, "ev").path("action").asText()).isEqualTo("left");
        assertThat(table(restored, "ev1").path("action").asText()).isEqualTo("recreated");
        assertThat(restored.path("proof").path("identical").asInt()).isEqualTo(1);
        assertThat(database.number("SELECT count(*) FROM public.ev")).isEqualTo(3);
    }

    @Test
    void aViewThatIsThereKeepsItsDefinition() {
        ADatabase database = postgres.database("critical_view")
                .with("CREATE TABLE users (id int PRIMARY KEY, t text)")
                .with("CREATE VIEW v AS SELECT id, t, count(*) AS n FROM users GROUP BY id");
        backUp(database, "--critical-tables", "users");
        database.with("DROP TABLE users CASCADE; CREATE VIEW v AS SELECT 1 AS id, 'live'::text AS t, 5::bigint AS n");

        AfProcess.Result restored = restore(database);

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        assertThat(database.texts("SELECT t FROM public.v")).containsExactly("live");
        assertThat(restored.json().path("warnings").toString()).contains("left as it is");
    }

    @Test
    void theNextValueOfASequenceIsTheNextOne() {
        ADatabase database = postgres.database("critical_sequence")
                .with("CREATE TABLE k (id serial PRIMARY KEY, t text); INSERT INTO k (t) VALUES ('one')");
        backUp(database, "--critical-tables", "k");
        database.with("TRUNCATE k RESTART IDENTITY");

        ok(restore(database, "--replace"));

        database.with("INSERT INTO k (t) VALUES ('two')");
        assertThat(database.number("SELECT max(id) FROM public.k")).isEqualTo(2);
    }

    @Test
    void settingsOfTheDatabaseDoNotChangeWhatIsMade() {
        ADatabase database = postgres.database("critical_settings")
                .with("CREATE TABLE k (id int PRIMARY KEY, t text DEFAULT 'a\\nb' CHECK (t <> 'c\\d'))");
        backUp(database, "--critical-tables", "k");
        String before = database.dump();
        database.with("DROP TABLE k")
                .with("ALTER DATABASE critical_settings SET standard_conforming_strings = off;"
                        + " ALTER DATABASE critical_settings SET quote_all_identifiers = on");

        ok(restore(database));
        ok(restore(database, "--replace"));

        database.with("ALTER DATABASE critical_settings RESET ALL");
        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void whatTheDatabaseSpeaksWhileItIsDumpedChangesNothing() {
        ADatabase database = spoken("critical_spoken", "", "日本");
        String before = database.dump();
        database.with("ALTER DATABASE critical_spoken SET standard_conforming_strings = off;"
                + " ALTER DATABASE critical_spoken SET client_encoding = 'WIN1252'");
        backUp(database, "--critical-tables", "ké");
        database.with("DROP TABLE \"ké\" CASCADE");

        ok(restore(database));

        database.with("ALTER DATABASE critical_spoken RESET ALL");
        assertThat(sorted(database.dump())).isEqualTo(sorted(before));
    }

    /** As pg_dump wrote it before it was told the encoding, and how to write strings. */
    @Test
    void anArchiveInAnotherEncodingAndWithOtherStringsComesBackAsItWas() throws Exception {
        ADatabase database = spoken("critical_old", " TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'", "é");
        String before = inUtf8(database);
        database.with("ALTER DATABASE critical_old SET standard_conforming_strings = off;"
                + " ALTER DATABASE critical_old SET client_encoding = 'UTF8'");
        ok(af(database).with("AF_POSTGRES_BIN", untold().toString()).run("backup", "create", "--json"));
        database.with("ALTER DATABASE critical_old RESET ALL").with("DROP TABLE \"ké\" CASCADE");

        ok(restore(database, "--tables", "ké"));
        assertThat(sorted(inUtf8(database))).isEqualTo(sorted(before));

        database.with("UPDATE \"ké\" SET t = 'x'");
        ok(restore(database, "--tables", "ké", "--replace"));
        assertThat(sorted(inUtf8(database))).isEqualTo(sorted(before));
    }

    private String inUtf8(ADatabase database) {
        return postgres.tool("pg_dump", database.name(), "--encoding=UTF8")
                .replaceAll("(?m)^\\\\(?:un)?restrict .*$", "");
    }

    /** Backslashes wherever an expression is kept as text, and letters of some encoding. */
    private ADatabase spoken(String name, String options, String letters) {
        return postgres.database(name, options)
                .with("CREATE TABLE \"ké\" (id int PRIMARY KEY, t text DEFAULT 'a\\nbü' CHECK (t <> 'c\\d'),"
                        + " g text GENERATED ALWAYS AS (t || '\\x') STORED)")
                .with("INSERT INTO \"ké\" VALUES (1, DEFAULT), (2, E'" + letters + "\\\\\\t')")
                .with("CREATE VIEW v AS SELECT t || '\\yü' AS y FROM \"ké\"; COMMENT ON VIEW v IS '\\zü'")
                .with("CREATE INDEX i ON \"ké\" ((t || '\\i')); ALTER TABLE \"ké\" ENABLE ROW LEVEL SECURITY;"
                        + " CREATE POLICY p ON \"ké\" USING (t <> '\\pü')")
                .with("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.t := '\\f';"
                        + " RETURN NEW; END$$; CREATE TRIGGER r BEFORE UPDATE ON \"ké\" FOR EACH ROW"
                        + " WHEN (NEW.t = '\\w') EXECUTE FUNCTION f()");
    }

    /** PostgreSQL's programs, but for a pg_dump that is not told what its session should speak. */
    private Path untold() throws IOException {
        Path bin = Files.createDirectory(folder.resolve("untold"));
        for (String program : List.of("pg_dumpall", "pg_restore", "psql")) {
            Files.createSymbolicLink(bin.resolve(program), postgres.bin().resolve(program));
        }
        Path dump = Files.writeString(bin.resolve("pg_dump"), """
                #!/usr/bin/env bash
                told=()
                for word; do
                    [[ $word = --encoding=* ]] || told+=("${word/standard_conforming_strings=on/geqo=on}")
                done
                exec '%s/pg_dump' "${told[@]}"
                """.formatted(postgres.bin()));
        Files.setPosixFilePermissions(dump, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin;
    }

    @Test
    void aTableComesBackWithTheTextSearchConfigurationThatIsThere() {
        ADatabase database = postgres.database("critical_search")
                .with("CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple, STOPWORDS = english);"
                        + " CREATE TEXT SEARCH CONFIGURATION cfg (COPY = simple);"
                        + " ALTER TEXT SEARCH CONFIGURATION cfg ALTER MAPPING FOR asciiword WITH words")
                .with("CREATE TABLE docs (id int PRIMARY KEY, t text, x xml,"
                        + " d tsvector GENERATED ALWAYS AS (to_tsvector('public.cfg', t)) STORED)")
                .with("INSERT INTO docs VALUES (1, 'the cat', 'a<b/>c'), (2, 'the dog', '<d/>')");
        String before = database.dump();
        backUp(database, "--critical-tables", "docs");

        database.with("DROP TABLE docs");
        JsonNode restored = ok(restore(database));

        assertThat(restored.path("warnings")).isEmpty();
        assertThat(database.dump()).isEqualTo(before);

        database.with("DELETE FROM docs").with("ALTER DATABASE critical_search SET xmloption = document");
        ok(restore(database, "--replace"));
        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void keysThatReferToAGeneratedColumnAreHeld() {
        ADatabase database = postgres.database("critical_computed")
                .with("CREATE TABLE parents (id int PRIMARY KEY, t text,"
                        + " g text GENERATED ALWAYS AS (upper(t)) STORED UNIQUE);"
                        + " CREATE TABLE children (id int PRIMARY KEY, t text REFERENCES parents (g),"
                        + " n int, h int GENERATED ALWAYS AS (n + 1) STORED REFERENCES parents)")
                .with("INSERT INTO parents VALUES (1, 'a'), (2, 'b'); INSERT INTO children VALUES (1, 'A', 1)");
        backUp(database);
        Map<String, String> before = rows(database);
        database.with("UPDATE parents SET t = 'c' WHERE id = 2; INSERT INTO parents VALUES (3, 'd');"
                + " INSERT INTO children VALUES (2, 'D', 1)");
        Map<String, String> newer = rows(database);

        AfProcess.Result refused = restore(database, "--tables", "parents", "--replace");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText())
                .contains("1 row of public.children refers to rows of public.parents that the backup does not hold")
                .contains("(D)");
        assertThat(rows(database)).isEqualTo(newer);

        database.with("DELETE FROM children WHERE id = 2");
        ok(restore(database, "--tables", "parents", "--replace"));
        assertThat(rows(database)).isEqualTo(before);

        database.with("DELETE FROM children; DELETE FROM parents WHERE id = 2");
        refused = restore(database, "--tables", "children", "--replace");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText())
                .contains("missing in public.parents: (h) = (2)");
    }

    @Test
    void namesThatHoldACommaADotOrAQuoteAreTypedAsSqlQuotesThem() {
        ADatabase database = postgres.database("critical_quoted")
                .with("CREATE SCHEMA \"x,y\"; CREATE TABLE \"x,y\".\"a.b,c\"\"d\" AS SELECT 1 AS i;"
                        + " CREATE TABLE plain AS SELECT 2 AS i");
        backUp(database, "--critical-tables", "\"x,y\".\"a.b,c\"\"d\",plain");
        database.with("UPDATE \"x,y\".\"a.b,c\"\"d\" SET i = 9; DROP TABLE plain");

        JsonNode restored = ok(restore(database, "--replace"));
        assertThat(restored.path("tables")).hasSize(2);
        database.with("DROP TABLE \"x,y\".\"a.b,c\"\"d\"");
        ok(restore(database, "--tables", "\"a.b,c\"\"d\",\"public\".\"plain\""));

        assertThat(database.number("SELECT sum(i) FROM (SELECT i FROM public.plain UNION ALL SELECT i FROM"
                        + " \"x,y\".\"a.b,c\"\"d\") r"))
                .isEqualTo(3);
    }

    @Test
    void oneNameOfTwoTablesIsNotGuessed() {
        ADatabase database = postgres.database("critical_two")
                .with("CREATE TABLE users (id int); CREATE SCHEMA archive; CREATE TABLE archive.users (id int)");
        backUp(database);

        assertThat(restore(database, "--tables", "users", "--replace").exitCode())
                .isEqualTo(2);
        ok(restore(database, "--tables", "archive.users", "--replace"));
    }

    @Test
    void rowsThatStayLetGoOfThoseThatLeave() {
        ADatabase database = postgres.database("critical_moved")
                .with(
                        "CREATE TABLE tenants (id int PRIMARY KEY); CREATE TABLE users (id int PRIMARY KEY,"
                                + " t int NOT NULL REFERENCES tenants ON DELETE CASCADE, n bigint GENERATED ALWAYS AS IDENTITY)")
                .with("CREATE TABLE keep (u int REFERENCES users ON DELETE CASCADE)")
                .with("INSERT INTO tenants VALUES (1); INSERT INTO users VALUES (5, 1); INSERT INTO keep VALUES (5)")
                .with("CREATE TABLE ring_a (id int PRIMARY KEY, b int); CREATE TABLE ring_b (id int PRIMARY KEY,"
                        + " a int REFERENCES ring_a); INSERT INTO ring_a VALUES (1, 1); INSERT INTO ring_b VALUES (1, 1);"
                        + " ALTER TABLE ring_a ADD FOREIGN KEY (b) REFERENCES ring_b");
        backUp(database, "--critical-tables", "tenants,users,ring_a,ring_b");
        String before = database.dump();
        database.with("INSERT INTO tenants VALUES (3); UPDATE users SET t = 3")
                .with("UPDATE ring_a SET b = NULL; DELETE FROM ring_b; DELETE FROM ring_a");

        ok(restore(database, "--replace"));

        assertThat(sorted(database.dump())).isEqualTo(sorted(before));
    }

    @Test
    void keysThatAreEqualAndNotTheSameComeBackAsTheyWere() {
        ADatabase database = postgres.database("critical_citext")
                .with("CREATE EXTENSION citext; CREATE TABLE c (name citext PRIMARY KEY, v numeric)")
                .with("INSERT INTO c VALUES ('Bob', 1.0)");
        backUp(database, "--critical-tables", "c");
        database.with("UPDATE c SET name = 'bob', v = 1.00");

        ok(restore(database, "--replace"));

        assertThat(database.texts("SELECT name || v FROM public.c")).containsExactly("Bob1.0");
    }

    @Test
    void eventTriggersDoNotFireAndAreWhatTheyWere() {
        ADatabase database = postgres.database("critical_events")
                .with("CREATE TABLE ddl (what text); CREATE TABLE k (id int PRIMARY KEY); INSERT INTO k VALUES (1)")
                .with("CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS"
                        + " $$BEGIN INSERT INTO public.ddl VALUES (tg_tag); END$$")
                .with("CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION note();"
                        + " ALTER EVENT TRIGGER note ENABLE ALWAYS; DELETE FROM ddl");
        backUp(database, "--critical-tables", "k");
        String before = database.dump();
        database.with("DELETE FROM k");

        ok(restore(database, "--replace"));

        assertThat(sorted(database.dump())).isEqualTo(sorted(before));
    }

    @Test
    void whatTheNewestBackupNoLongerHoldsAnOlderOneHas() {
        ADatabase database = postgres.database("critical_older").agentflow();
        backUp(database);
        String older =
                ok(af(database).run("backup", "create", "--json")).path("id").asText();
        database.with("DROP TABLE users CASCADE");
        backUp(database);
        backUp(database);

        AfProcess.Result plan =
                af(database).run("backup", "restore", "latest", "critical", "--tables", "users,tenants", "--plan");
        AfProcess.Result nowhere = restore(database, "--tables", "users,nowhere");

        assertThat(plan.exitCode()).as(plan.toString()).isEqualTo(6);
        assertThat(plan.err())
                .contains("holds no table 'users'", "Backup " + older + ", taken ", " s earlier, has all of them: ")
                .contains("af backup restore " + older, " critical", " --tables users,tenants");
        assertThat(nowhere.exitCode()).as(nowhere.toString()).isEqualTo(6);
        assertThat(nowhere.json().path("error").path("hint").asText())
                .startsWith("See its tables with: af backup show");
        ok(af(database).run("backup", "restore", older, "critical", "--tables", "users", "--yes", "--json"));
    }

    @Test
    void thePlanTouchesNothingAndNamesEachTablesFate() {
        ADatabase database = postgres.database("critical_plan").agentflow();
        backUp(database);
        database.with("DROP TABLE users CASCADE");

        AfProcess.Result plan = af(database).run("backup", "restore", "latest", "critical", "--plan");
        assertThat(plan.exitCode()).as(plan.toString()).isZero();
        assertThat(plan.out())
                .contains("public.users is missing and is made again", "public.tenants is there and is left alone");
        assertThat(database.number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('public.users')"))
                .isZero();

        assertThat(restore(database, "--tables", "nowhere").exitCode()).isEqualTo(6);
        assertThat(af(database)
                        .run("backup", "restore", "latest", "full", "--tables", "users")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void readersAreNotLockedOutWhereNoKeyMustWait() {
        ADatabase database = postgres.database("critical_readers")
                .with(
                        "CREATE TABLE parents (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, above int REFERENCES parents)")
                .with(
                        "CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents ON DELETE CASCADE, v text)")
                .with("INSERT INTO parents (above) VALUES (NULL), (1), (2)")
                .with("INSERT INTO children SELECT i, 1 + i % 3, 'v' FROM generate_series(1, 20) i");
        backUp(database);
        Map<String, String> rows = rows(database);
        String altered = "SELECT conname || ' ' || xmin FROM pg_constraint WHERE contype = 'f' UNION ALL"
                + " SELECT attname || ' ' || xmin FROM pg_attribute WHERE attrelid = 'public.parents'::regclass ORDER BY 1";
        List<String> before = database.texts(altered);
        database.with("DELETE FROM parents WHERE id = 3; UPDATE children SET v = 'w', parent = 2;"
                + " INSERT INTO parents (above) VALUES (2); INSERT INTO children VALUES (99, 4, 'new')");

        ok(restore(database, "--tables", "parents,children", "--replace"));

        assertThat(rows(database)).isEqualTo(rows);
        assertThat(database.texts(altered)).as("nothing was altered").isEqualTo(before);
    }

    @Test
    void rowsThatCascadeFromAPartitionAreNamedWhetherTheServerCountsOrNot() {
        ADatabase database = postgres.database("critical_counts")
                .with("CREATE TABLE parent (id int PRIMARY KEY) PARTITION BY RANGE (id);"
                        + " CREATE TABLE p1 PARTITION OF parent FOR VALUES FROM (0) TO (100)")
                .with("CREATE TABLE others (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE)")
                .with("INSERT INTO parent VALUES (1)");
        backUp(database);
        database.with("INSERT INTO parent VALUES (2); INSERT INTO others VALUES (20, 2)");
        Map<String, String> before = rows(database);

        AfProcess.Result counted = restore(database, "--tables", "p1", "--replace");
        postgres.maintain("ALTER DATABASE critical_counts SET track_counts = off");
        AfProcess.Result uncounted = restore(database, "--tables", "p1", "--replace");

        assertThat(counted.exitCode()).as(counted.toString()).isEqualTo(4);
        assertThat(counted.json().path("error").path("message").asText()).contains("1 row of public.others", "(2)");
        assertThat(uncounted.exitCode()).as(uncounted.toString()).isEqualTo(4);
        assertThat(uncounted.json().path("error").path("message").asText()).contains("track_counts is off");
        assertThat(rows(database)).isEqualTo(before);
    }

    @Test
    void uniqueValuesThatWereExchangedAreExchangedBack() {
        ADatabase database = postgres.database("critical_exchanged")
                .with(
                        "CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE)")
                .with("CREATE TABLE agents (id int PRIMARY KEY, owner int NOT NULL REFERENCES users)")
                .with("INSERT INTO users (email) VALUES ('a'), ('b'), ('c'); INSERT INTO agents VALUES (1, 1), (2, 2)");
        backUp(database);
        Map<String, String> rows = rows(database);
        String exchange = "UPDATE users SET email = '-' WHERE id = 1; UPDATE users SET email = 'a' WHERE id = 2;"
                + " UPDATE users SET email = 'b' WHERE id = 1";
        database.with(exchange);

        JsonNode restored = ok(restore(database, "--tables", "users", "--replace"));

        assertThat(table(restored, "users").path("updated").asInt()).isEqualTo(2);
        assertThat(rows(database)).isEqualTo(rows);

        database.with(exchange).with("ALTER TABLE agents ADD FOREIGN KEY (owner) REFERENCES users ON DELETE CASCADE");
        Map<String, String> exchanged = rows(database);
        AfProcess.Result refused = restore(database, "--tables", "users", "--replace");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText())
                .contains("public.users", "exchanged", "email");
        assertThat(rows(database)).isEqualTo(exchanged);
    }
}
