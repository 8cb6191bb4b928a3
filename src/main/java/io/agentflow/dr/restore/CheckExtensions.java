package io.agentflow.dr.restore;

import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.ClusterNeeds.Extension;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether the target can make the backup's extensions, and in which versions. */
final class CheckExtensions {
    /** Packages that are not called after their extension, without {@code postgresql-<major>-}. */
    private static final Map<String, String> PACKAGES = Map.of(
            "postgis", "postgis-3",
            "postgis_raster", "postgis-3",
            "postgis_topology", "postgis-3",
            "vector", "pgvector",
            "pg_cron", "cron",
            "pg_partman", "partman",
            "pg_repack", "repack",
            "plpython3u", "plpython3",
            "plperl", "plperl",
            "pltcl", "pltcl");

    /** What comes with PostgreSQL itself: Debian has it in the package of the server since version 10. */
    private static final Set<String> CONTRIB = Set.of(
            ("adminpack amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance"
                            + " file_fdw fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime"
                            + " old_snapshot pageinspect pg_buffercache pg_freespacemap pg_prewarm pg_stat_statements"
                            + " pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple"
                            + " postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows tsm_system_time unaccent"
                            + " uuid-ossp xml2")
                    .split(" ", -1));

    /** @param superuserOnly whether only a superuser may create it */
    private record Available(String defaultVersion, boolean superuserOnly) {}

    private final Sql sql;
    private final Manifest manifest;
    private final DatabaseName staging;

    /** @param staging where they would be created */
    CheckExtensions(Sql sql, Manifest manifest, DatabaseName staging) {
        this.staging = staging;
        this.sql = sql;
        this.manifest = manifest;
    }

    List<Finding> findings() {
        Map<String, Available> available = available();
        boolean superuser = sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
        List<Finding> findings = new ArrayList<>();
        for (Extension needed : manifest.needs().extensions()) {
            Available there = available.get(needed.name());
            if (there == null) {
                findings.add(missing(needed));
            } else if (needed.name().equals("pg_cron") && !staging.text().equals(cronDatabase())) {
                findings.add(Finding.stop(
                        "the extension pg_cron can be created in the database " + cronDatabase() + " only",
                        "a restore fills a database of another name until it is proven: " + staging,
                        "By hand, into a database of that name: the file RESTORE.md of the backup says how. Or let"
                                + " cron.database_name be " + staging + " while it is restored (needs a restart)."));
            } else if (there.superuserOnly() && !superuser && !needed.name().equals("plpgsql")) {
                String fact = "the extension " + needed.name() + " may be created by a superuser only";
                findings.add(
                        ManagedService.administers(sql)
                                ? ManagedService.mayCreate(fact)
                                : Finding.stop(
                                        fact,
                                        "its functions could do what only a superuser may",
                                        "Restore as a superuser."));
            } else if (!there.defaultVersion().equals(needed.version())) {
                findings.add(Finding.note(
                        "the extension " + needed.name() + " comes in " + there.defaultVersion()
                                + ", the backup has it in " + needed.version(),
                        "a restore takes what the target has",
                        "Read its release notes if that matters to you."));
            }
        }
        return findings;
    }

    /** The only database in which pg_cron lets itself be created. */
    private String cronDatabase() {
        return sql.text("SELECT coalesce(current_setting('cron.database_name', true), 'postgres')");
    }

    private Map<String, Available> available() {
        Map<String, Available> available = new HashMap<>();
        sql.list(
                "SELECT e.name, e.default_version, v.superuser AND NOT v.trusted FROM pg_available_extensions e"
                        + " JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version",
                row -> available.put(row.getString(1), new Available(row.getString(2), row.getBoolean(3))));
        return available;
    }

    private Finding missing(Extension needed) {
        int major = sql.serverVersion().major();
        return Finding.stop(
                "the extension " + needed.name() + " " + needed.version() + " is not available",
                "the database uses it",
                "On the target's server, for instance: apt-get install postgresql-" + major + addition(needed.name())
                        + (CONTRIB.contains(needed.name()) ? " (or dnf install postgresql" + major + "-contrib)" : ""));
    }

    private static String addition(String extension) {
        return CONTRIB.contains(extension) ? "" : "-" + PACKAGES.getOrDefault(extension, extension.replace('_', '-'));
    }
}
