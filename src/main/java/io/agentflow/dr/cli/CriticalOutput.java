package io.agentflow.dr.cli;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.critical.CriticalRun;
import io.agentflow.dr.critical.TableOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows what a critical restore did. */
final class CriticalOutput {
    private final Terminal terminal;
    private final boolean json;

    CriticalOutput(Terminal terminal, boolean json) {
        this.terminal = terminal;
        this.json = json;
    }

    ExitCode outcome(CriticalRun.Committed committed, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        if (json) {
            terminal.data(document(committed, seconds).toString());
        } else {
            committed.tables().forEach(table -> terminal.data("  " + line(table)));
            terminal.data(terminal.good("✓ ") + summary(committed) + String.format(Locale.ROOT, " in %.1f s", seconds));
            // Last, as they say what is still to be done.
            committed.warnings().forEach(w -> terminal.say(terminal.doubtful("! ") + w));
        }
        return committed.warnings().isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }

    private static String summary(CriticalRun.Committed committed) {
        long done = committed.tables().stream()
                .filter(table -> table.action() != TableOutcome.Action.LEFT)
                .count();
        return done == 0
                ? "no table was missing, and nothing was changed"
                : done + (done == 1 ? " table is" : " tables are") + " restored from "
                        + committed.request().id() + " into "
                        + committed.request().database();
    }

    private static String line(TableOutcome table) {
        String name = table.schema() + "." + table.name();
        return switch (table.action()) {
            case LEFT -> name + "  is there, left alone";
            case RECREATED ->
                String.format(Locale.ROOT, "%s  made again, %,d rows%s", name, table.inserted(), proven(table));
            case REPLACED ->
                String.format(
                        Locale.ROOT,
                        "%s  %,d put in, %,d changed, %,d taken out%s",
                        name,
                        table.inserted(),
                        table.updated(),
                        table.deleted(),
                        proven(table));
        };
    }

    private static String proven(TableOutcome table) {
        return table.identical() ? ", identical with the backup" : "";
    }

    private static JsonDocument document(CriticalRun.Committed committed, double seconds) {
        List<Map<String, Object>> tables = new ArrayList<>();
        for (TableOutcome table : committed.tables()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("schema", table.schema());
            fields.put("name", table.name());
            fields.put("action", table.action().text());
            fields.put("rows", table.rows());
            fields.put("inserted", table.inserted());
            fields.put("updated", table.updated());
            fields.put("deleted", table.deleted());
            tables.add(fields);
        }
        Map<String, Object> proof = new LinkedHashMap<>();
        List<TableOutcome> done = committed.tables().stream()
                .filter(table -> table.action() != TableOutcome.Action.LEFT)
                .toList();
        proof.put("tables", done.size());
        proof.put("identical", done.stream().filter(TableOutcome::identical).count());
        proof.put("different", List.of());
        return new JsonDocument("BackupRestore", committed.warnings().isEmpty() ? "ok" : "warnings")
                .with("id", committed.request().id().text())
                .with("type", committed.request().type().text())
                .with("database", committed.request().database().text())
                .with("previousDatabase", null)
                .with("seconds", seconds)
                .with("downtimeMillis", 0)
                .with("tables", tables)
                .with("proof", proof)
                .with("warnings", committed.warnings());
    }
}
