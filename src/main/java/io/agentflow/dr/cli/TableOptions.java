package io.agentflow.dr.cli;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.restore.RestoreType;
import io.agentflow.dr.restore.TableChoice;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Which tables a critical restore brings back. */
final class TableOptions {
    private static final Pattern NAME = Pattern.compile("(?:\"(?:[^\"]|\"\")*\"|[^,])+");

    @Option(
            names = "--tables",
            paramLabel = "TABLE",
            description =
                    "With critical: these tables instead of the backup's critical ones; \"as SQL quotes them\", too.")
    List<String> given = List.of();

    @Option(
            names = "--replace",
            description = "With critical: tables that are there get the backup's rows; else they are left alone.")
    boolean replace;

    /** @throws UsageError if they were asked for and none was named */
    TableChoice choice() {
        List<String> names = names();
        if (names.isEmpty() && !given.isEmpty()) {
            throw new UsageError("--tables names no table", "Separate their names by commas: --tables a,b");
        }
        return new TableChoice(names, replace);
    }

    /** Split at commas, except for those in names that are quoted. */
    private List<String> names() {
        return given.stream()
                .flatMap(list -> NAME.matcher(list).results())
                .map(MatchResult::group)
                .toList();
    }

    /** @throws UsageError if they were given for what restores a whole database */
    void requireFor(RestoreType type) {
        if (type != RestoreType.CRITICAL && (replace || !given.isEmpty())) {
            throw new UsageError(
                    (replace ? "--replace" : "--tables") + " is of no meaning for a " + type.text() + " restore",
                    "Restore single tables with: af backup restore ID critical --tables a,b");
        }
    }
}
