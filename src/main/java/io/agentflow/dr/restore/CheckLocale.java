package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Whether the target's server can make a database in which text is the same text and sorts the same. */
final class CheckLocale {
    private final Sql sql;
    private final DatabaseProperties wanted;

    CheckLocale(Sql sql, Manifest manifest) {
        this.sql = sql;
        this.wanted = manifest.properties();
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (String locale : new LinkedHashSet<>(List.of(wanted.collate(), wanted.ctype()))) {
            if (!installed(locale)) {
                findings.add(Finding.stop(
                        "the locale " + locale + " is not installed on the target's server",
                        "a database of that locale cannot be made",
                        "On that machine: locale-gen " + locale + " (Debian: put it into /etc/locale.gen first), then"
                                + " restart PostgreSQL."));
            }
        }
        provider(findings);
        version(findings);
        return findings;
    }

    /** The server looks a locale up in its own operating system when a setting names it; nothing else asks it. */
    private boolean installed(String locale) {
        if (Set.of("C", "POSIX").contains(locale)) {
            return true;
        }
        try {
            sql.text("SELECT set_config('lc_monetary', ?, false)", locale);
            sql.run("RESET lc_monetary");
            return true;
        } catch (AfException e) {
            if (e.retryable()) {
                throw e;
            }
            return false;
        }
    }

    private void provider(List<Finding> findings) {
        if (wanted.localeProvider().equals("i")
                && !sql.yes("SELECT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i')")) {
            findings.add(Finding.stop(
                    "the target's server was built without ICU",
                    "the database sorts by ICU",
                    "Use a build of PostgreSQL with ICU."));
        }
    }

    private void version(List<Finding> findings) {
        if (wanted.collationVersion() == null || sql.serverVersion().major() < 15) {
            return;
        }
        List<String> here = sql.texts(
                "SELECT DISTINCT pg_database_collation_actual_version(oid) FROM pg_database"
                        + " WHERE datlocprovider::text = ? AND datcollate = ?"
                        + " AND pg_database_collation_actual_version(oid) IS NOT NULL",
                wanted.localeProvider(),
                wanted.collate());
        if (here.size() == 1 && !here.get(0).equals(wanted.collationVersion())) {
            findings.add(Finding.note(
                    "text sorts by version " + here.get(0) + " of its collation here, it was "
                            + wanted.collationVersion(),
                    "indexes are built anew and right, but the order of results may change",
                    ""));
        }
    }
}
