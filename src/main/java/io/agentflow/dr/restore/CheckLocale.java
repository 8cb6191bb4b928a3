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
        String before = wanted.collationVersion();
        if (before == null) {
            return;
        }
        // Every collation of ICU and of libc that the server knows says what its provider is now.
        List<String> here = sql.texts(
                "SELECT DISTINCT pg_collation_actual_version(oid) FROM pg_collation, to_jsonb(pg_collation) AS c"
                        + " WHERE collprovider::text = ? AND lower(replace(coalesce(c->>'colllocale', c->>'colliculocale',"
                        + " collcollate), '-', '')) = lower(replace(?, '-', ''))"
                        + " AND pg_collation_actual_version(oid) IS NOT NULL",
                wanted.localeProvider(),
                wanted.localeProvider().equals("c") ? wanted.collate() : String.valueOf(wanted.locale()));
        if (!here.isEmpty() && !here.contains(before)) {
            findings.add(Finding.note(
                    "text sorts by version " + String.join(" or ", here) + " of its collation here, it was " + before,
                    "indexes are built anew and right, but the order of results may change",
                    "Nothing is to be done, unless an application counts on the order that it had."));
        }
    }
}
