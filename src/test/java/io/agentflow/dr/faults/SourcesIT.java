package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Pooler;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows 27 and 29 of the fault table: encodings, and what stands for a server. */
class SourcesIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "encoding_ascii | ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'",
                "encoding_latin | ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
                "encoding_icu | LOCALE_PROVIDER icu ICU_LOCALE 'de-AT'"
            })
    void row27_whateverTheEncodingTheBytesComeBack(String name, String options) {
        ADatabase database = postgres.database(name, " TEMPLATE template0 " + options);
        database.with("CREATE TABLE t (id int PRIMARY KEY, v text, b bytea); CREATE INDEX ON t (upper(v))");
        // Bytes that are no UTF-8 where the encoding lets them be; LATIN1 has an é of its own.
        String text = name.equals("encoding_icu") ? "'Äpfel Straße'" : "E'\\xe9\\xa0'";
        database.with("INSERT INTO t SELECT i, " + text + " || i, '\\x00ff' FROM generate_series(1, 500) i");
        String bytes = "SELECT md5(string_agg(convert_to(v, getdatabaseencoding()), '' ORDER BY id)) FROM public.t";
        String before = database.texts(bytes).get(0);
        AfProcess af = new AfProcess(folder).on(database);
        ok(af.run("backup", "create", "--critical-tables", "t"));
        database.with("UPDATE t SET v = 'x'");

        ok(af.run("backup", "restore", "latest", "critical", "--replace", "--yes"));
        assertThat(database.texts(bytes)).containsExactly(before);
        database.with("DROP TABLE t");
        ok(af.run("backup", "restore", "latest", "critical", "--yes"));
        assertThat(database.texts(bytes)).containsExactly(before);
        database.with("DROP TABLE t");
        ok(af.run("backup", "restore", "latest", "--yes"));
        assertThat(database.texts(bytes)).containsExactly(before);
    }

    @Test
    void row29_aStandbyIsBackedUp() throws Exception {
        try (LocalPostgres server = LocalPostgres.start()) {
            ADatabase database = server.database("standby").agentflow();
            database.with("CREATE UNLOGGED TABLE passing (id serial, v text); INSERT INTO passing (v) VALUES ('x')");
            String before = database.dump();
            server.stopServer();
            Files.createFile(server.folder().resolve("data/standby.signal"));
            server.startServer();

            AfProcess.Result made = new AfProcess(folder).on(database).run("backup", "create", "--json");
            assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
            assertThat(made.json().path("warnings")).hasSize(1);
            assertThat(made.json().path("warnings").toString()).contains("public.passing", "standby");
            ok(new AfProcess(folder)
                    .with("AF_TARGET_DATABASE_URL", postgres.uri("from_standby"))
                    .run("backup", "restore", "latest", "--yes"));

            // All but the one row and the state of its sequence.
            assertThat(postgres.dump("from_standby"))
                    .isEqualTo(before.replace("1\tx\n", "")
                            .replace("passing_id_seq', 1, true", "passing_id_seq', 1, false"));
            postgres.maintain("DROP DATABASE from_standby");
        }
    }

    @Test
    void row29_aPoolerInFrontIsRefusedAndNothingOfItsSessionsIsChanged() throws Exception {
        ADatabase database = postgres.database("pooled").agentflow();
        try (Pooler pooler = Pooler.inFrontOf(postgres, "pooled")) {
            AfProcess.Result refused =
                    new AfProcess(folder).with("AF_DATABASE_URL", pooler.uri()).run("backup", "create", "--json");

            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
            assertThat(refused.json().path("error").path("message").asText()).contains("pooler");
            assertThat(pooler.setting("search_path")).isEqualTo("\"$user\", public");
        }
        assertThat(database.number("SELECT count(*) FROM public.tenants")).isEqualTo(5);
    }
}
