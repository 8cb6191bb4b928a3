package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        AfProcess af = new AfProcess(folder).on(postgres.database("damaged").with("CREATE TABLE t (a int)"));
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
        AfProcess af = new AfProcess(folder);

        assertThat(af.run("backup", "list", "/nonexistent/store").exitCode()).isEqualTo(6);
        assertThat(ok(af.run("backup", "list")).err()).contains("no backups in");
    }
}
