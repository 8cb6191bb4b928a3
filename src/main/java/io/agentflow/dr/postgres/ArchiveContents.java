package io.agentflow.dr.postgres;

import io.agentflow.dr.process.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entries of an archive that hold rows. They are known by the oid of their table, which unlike the name has no odd
 * characters.
 *
 * @param dumpIdByTable oid of the table to the number by which its file is named
 */
public record ArchiveContents(Map<Long, Integer> dumpIdByTable) {
    /** {@code 3391; 0 16389 TABLE DATA public messages owner}: dump id; catalog, oid, kind, schema, name, owner. */
    private static final Pattern ROWS = Pattern.compile("^(\\d+); \\d+ (\\d+) TABLE DATA .*");

    /**
     * Reads the table of contents with {@code pg_restore --list}.
     *
     * @throws io.agentflow.dr.core.AfException if pg_restore cannot read it
     */
    public static ArchiveContents of(Programs programs, PgToolSet tools, Path archive) {
        try {
            return parse(programs.output(PgCommand.listArchive(tools, archive).program()));
        } catch (io.agentflow.dr.process.ToolFailedException e) {
            throw PgFailures.of(e);
        } catch (IOException e) {
            throw new io.agentflow.dr.core.OperationFailed(
                    "the table of contents of the archive cannot be read: " + e.getMessage(), "Run it again.", e);
        }
    }

    static ArchiveContents parse(String list) {
        Map<Long, Integer> byTable = new TreeMap<>();
        list.lines().forEach(line -> {
            Matcher rows = ROWS.matcher(line);
            if (rows.matches()) {
                byTable.put(Long.valueOf(rows.group(2)), Integer.valueOf(rows.group(1)));
            }
        });
        return new ArchiveContents(byTable);
    }
}
