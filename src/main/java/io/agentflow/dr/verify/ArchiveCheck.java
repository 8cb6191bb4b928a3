package io.agentflow.dr.verify;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ArchiveContents;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.process.Programs;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Compares the table of contents of the data archive with the tables that the snapshot saw. */
public final class ArchiveCheck {
    private final Programs programs;
    private final PgTools tools;

    public ArchiveCheck(Programs programs, PgTools tools) {
        this.programs = programs;
        this.tools = tools;
    }

    /** Looks for the tools in the background, so that they are known when they are needed. */
    void prepare() {
        Thread search = new Thread(tools::all, "search-tools");
        search.setDaemon(true);
        search.start();
    }

    void compare(Path folder, Manifest manifest, Collection<Problem> problems, Collection<String> warnings) {
        try {
            ArchiveContents contents =
                    ArchiveContents.of(programs, tools.forReading(dumpMajor(manifest)), folder.resolve("data"));
            Set<Long> archived = new TreeSet<>(contents.dumpIdByTable().keySet());
            for (TableEntry table : manifest.tables()) {
                if (table.holdsRows() && !archived.remove(table.oid())) {
                    problems.add(new Problem("data/toc.dat", "has no rows of " + table.qualifiedName()));
                }
            }
            archived.forEach(oid -> problems.add(new Problem(
                    "data/toc.dat", "has rows of a table with oid " + oid + " that the manifest does not know")));
        } catch (Refused e) {
            warnings.add("the table of contents was not compared: " + e.fact());
        } catch (AfException e) {
            problems.add(new Problem("data/toc.dat", e.fact()));
        }
    }

    /** The major version of the pg_dump that wrote the archive. */
    public static int dumpMajor(Manifest manifest) {
        String version = manifest.source().tools().getOrDefault("pg_dump", "");
        String major = version.replaceFirst("\\D.*", "");
        return major.isEmpty() ? 0 : Integer.parseInt(major);
    }
}
