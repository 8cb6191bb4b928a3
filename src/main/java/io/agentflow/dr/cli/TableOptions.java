package io.agentflow.dr.cli;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.restore.RestoreType;
import io.agentflow.dr.restore.TableChoice;
import java.util.List;
import picocli.CommandLine.Option;

/** Which tables a critical restore brings back. */
final class TableOptions {
    @Option(
            names = "--tables",
            split = ",",
            paramLabel = "TABLE",
            description = "With critical: these tables instead of the backup's critical ones.")
    List<String> tables = List.of();

    @Option(
            names = "--replace",
            description = "With critical: tables that are there get the backup's rows; else they are left alone.")
    boolean replace;

    TableChoice choice() {
        return new TableChoice(tables, replace);
    }

    /** @throws UsageError if they were given for what restores a whole database */
    void requireFor(RestoreType type) {
        if (type != RestoreType.CRITICAL && (replace || !tables.isEmpty())) {
            throw new UsageError(
                    (replace ? "--replace" : "--tables") + " is of no meaning for a " + type.text() + " restore",
                    "Restore single tables with: af backup restore ID critical --tables a,b");
        }
    }
}
