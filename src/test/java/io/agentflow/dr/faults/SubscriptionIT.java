package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 26 of the fault table: a subscription that is at work while its database is replaced. */
class SubscriptionIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private static void awaitRows(ADatabase database, long rows) {
        await().atMost(Duration.ofSeconds(60)).until(() -> database.number("SELECT count(*) FROM public.t") == rows);
    }

    @Test
    void row26_aSubscriptionAtWorkComesBackAsItWasAndTheCommandThatStartsItAgainIsSaid() {
        ADatabase publisher = postgres.database("news")
                .with("CREATE TABLE t (a int PRIMARY KEY);"
                        + " CREATE PUBLICATION news FOR TABLE t; INSERT INTO t VALUES (1)");
        publisher.texts("SELECT pg_create_logical_replication_slot('news_slot', 'pgoutput')::text");
        ADatabase subscriber = postgres.database("reader")
                .with("CREATE TABLE t (a int PRIMARY KEY)")
                .with("CREATE SUBSCRIPTION news CONNECTION "
                        + Sql.literal(
                                publisher.url().connectionString() + " password=" + quoted(LocalPostgres.PASSWORD))
                        + " PUBLICATION news WITH (create_slot = false, slot_name = 'news_slot')");
        awaitRows(subscriber, 1);
        String before = subscriber.dump();
        AfProcess af = new AfProcess(folder).on(subscriber);
        AfProcess.Result made = af.run("backup", "create");
        assertThat(made.exitCode()).as(made.toString()).isZero();

        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(3);
        assertThat(restored.json().path("downtimeMillis").asLong()).isLessThan(1000);
        assertThat(subscriber.dump()).isEqualTo(before);
        assertThat(subscriber.number("SELECT count(*) FROM public.t")).isEqualTo(1);
        // The database that is kept is still subscribed, and has the slot until it is told to let go of it.
        ADatabase previous =
                postgres.existing(restored.json().path("previousDatabase").asText());
        publisher.with("INSERT INTO t VALUES (2)");
        awaitRows(previous, 2);
        String warning = restored.json().path("warnings").get(0).asText();
        String[] commands = warning.substring(warning.indexOf("there: ") + 7).split(" Here: ", 2);
        run(previous, commands[0]);
        run(subscriber, commands[1]);
        publisher.with("INSERT INTO t VALUES (3)");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> subscriber.number("SELECT count(*) FROM public.t WHERE a = 3") == 1);
        assertThat(previous.number("SELECT count(*) FROM public.t WHERE a = 3")).isZero();

        AfProcess.Result dropped = af.run("backup", "restore", "--drop-old", "--yes");
        assertThat(dropped.exitCode()).as(dropped.toString()).isZero();
        subscriber.with("DROP SUBSCRIPTION news");
    }

    private static void run(ADatabase database, String commands) {
        for (String command : commands.split(";")) {
            if (!command.isBlank()) {
                database.with(command);
            }
        }
    }

    private static String quoted(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
