package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 26 of the fault table: the settings of a database are there before its rows are, and come back as they were. */
class SettingsIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    private void comesBack(ADatabase database) {
        String before =
                postgres.tool("pg_dump", database.name(), "--create").replaceAll("(?m)^\\\\(un)?restrict .*$", "");
        ok(new AfProcess(folder).on(database).run("backup", "create"));
        ok(new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes"));
        assertThat(postgres.tool("pg_dump", database.name(), "--create").replaceAll("(?m)^\\\\(un)?restrict .*$", ""))
                .isEqualTo(before);
    }

    @Test
    void row26_aMaterialisedViewIsFilledUnderTheDatabasesTimeZone() {
        ADatabase database = postgres.database("settings_zone");
        postgres.maintain("ALTER DATABASE settings_zone SET timezone = 'Asia/Tokyo'");
        database = postgres.existing("settings_zone");
        database.with("CREATE TABLE t AS SELECT '2024-01-01 20:00:00+00'::timestamptz AS at")
                .with("CREATE MATERIALIZED VIEW v AS SELECT at::date::text AS day FROM public.t");

        comesBack(database);

        assertThat(postgres.existing("settings_zone").texts("SELECT day FROM public.v"))
                .containsExactly("2024-01-02");
    }

    @Test
    void row26_settingsThatTheDriverWouldCloseItsConnectionFor() {
        postgres.database("settings_driver").with("CREATE TABLE t (a int)");
        postgres.maintain("ALTER DATABASE settings_driver SET datestyle = 'German, DMY'");
        postgres.maintain("ALTER DATABASE settings_driver SET client_encoding = 'LATIN1'");
        postgres.maintain("ALTER DATABASE settings_driver SET search_path = 'Odd one', \"$user\", public");
        postgres.maintain("ALTER DATABASE settings_driver SET af.mine = 'it''s mine'");
        postgres.maintain("ALTER DATABASE settings_driver SET statement_timeout = '1ms'");

        postgres.maintain("ALTER DATABASE settings_driver SET statement_timeout = '7h'");
        comesBack(postgres.existing("settings_driver"));
    }

    @Test
    void row26_aSettingThatTheRowsNeed() {
        postgres.database("settings_needed");
        postgres.maintain("ALTER DATABASE settings_needed SET app.tenant = 'acme'");
        postgres.existing("settings_needed")
                .with("CREATE TABLE t (a text CHECK (a = current_setting('app.tenant')))")
                .with("INSERT INTO t VALUES ('acme')");

        comesBack(postgres.existing("settings_needed"));
    }
}
