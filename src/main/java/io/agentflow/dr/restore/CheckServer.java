package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether the target's server is one that this backup can be restored into at all. */
final class CheckServer {
    private final Sql sql;
    private final Manifest manifest;
    private final RestoreOptions options;

    CheckServer(Sql sql, Manifest manifest, RestoreOptions options) {
        this.sql = sql;
        this.manifest = manifest;
        this.options = options;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(version());
        if (sql.yes("SELECT pg_is_in_recovery()")) {
            findings.add(Finding.stop(
                    "the target is a standby", "it takes changes from its primary alone", "Restore on its primary."));
        }
        languages(findings);
        labelProviders(findings);
        List<String> servers = manifest.needs().foreignServers();
        if (!servers.isEmpty()) {
            findings.add(Finding.note(
                    "foreign tables read from " + String.join(", ", servers),
                    "their rows are not in the backup",
                    "Make sure that the target's machine reaches them: SELECT srvname, srvoptions FROM"
                            + " pg_foreign_server;"));
        }
        return findings;
    }

    private Finding version() {
        int source = manifest.source().serverVersionNumber() / 10000;
        return sql.serverVersion().major() >= source
                ? Finding.ok("server " + sql.serverVersion() + ", backup from "
                        + manifest.source().serverVersion())
                : Finding.stop(
                        "the target is PostgreSQL " + sql.serverVersion() + ", older than the backup's "
                                + manifest.source().serverVersion(),
                        "an older server does not know what a newer one can do",
                        "Restore into PostgreSQL " + source + " or newer.");
    }

    private void labelProviders(List<Finding> findings) {
        if (options.noSecurityLabels()) {
            return;
        }
        manifest.needs().labelProviders().stream()
                .filter(provider -> !loaded(provider))
                .forEach(provider -> findings.add(Finding.stop(
                        "the provider of security labels '" + provider + "' is not loaded by the target's server",
                        "the backup has labels that nobody else understands",
                        "Load its library there: ALTER SYSTEM SET shared_preload_libraries = '…'; and restart; or add"
                                + " --no-security-labels")));
    }

    /** No catalog lists them. The server looks for the provider first, and then for what is to be labelled. */
    private boolean loaded(String provider) {
        try {
            sql.run("DO "
                    + Sql.literal("BEGIN SECURITY LABEL FOR " + Sql.identifier(provider)
                            + " ON TABLE pg_catalog.\"no such table\" IS NULL;"
                            + " EXCEPTION WHEN invalid_parameter_value THEN RAISE 'af: no such provider';"
                            + " WHEN undefined_table THEN NULL; END"));
            return true;
        } catch (AfException e) {
            if (e.retryable()) {
                throw e;
            }
            return !e.fact().contains("af: no such provider");
        }
    }

    /** Nearly all come with an extension, which is looked for as such; the others bring their own functions along. */
    private void languages(List<Finding> findings) {
        Set<String> known = Set.copyOf(sql.texts(
                "SELECT lanname FROM pg_language WHERE lanispl" + " UNION SELECT name FROM pg_available_extensions"));
        manifest.needs().languages().stream()
                .filter(language -> !known.contains(language)
                        && manifest.needs().extensions().stream()
                                .noneMatch(extension -> extension.name().equals(language)))
                .forEach(language -> findings.add(Finding.note(
                        "the procedural language " + language + " comes with no extension",
                        "its library must be on the target's server",
                        "")));
    }
}
