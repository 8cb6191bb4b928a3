package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.ListedBackup;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.manifest.ManifestHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code af backup list}. */
final class BackupListCommand extends AfCommand {
    private static final int[] WIDTHS = {-22, -21, -12, 9, 7, 13};

    private final PositionalParamSpec place = PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .type(String.class)
            .paramLabel("STORE")
            .description("Directory or s3://bucket/prefix of the backups (default: ./backups).")
            .build();

    BackupListCommand(Session session) {
        super(session);
    }

    /** Without annotations, whose reading takes longer than all the rest. */
    @Override
    CommandSpec own() {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(this, AfCommandLine.FACTORY)
                .name("list")
                .addPositional(place);
        spec.usageMessage().description("List the backups of a store, newest first.");
        return spec;
    }

    @Override
    String kind() {
        return "BackupList";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        String store = place.getValue();
        BackupCatalog catalog = new BackupCatalog(presentStore(store, config));
        String place = catalog.store().name();
        if (json) {
            List<Map<String, Object>> entries = new ArrayList<>();
            for (ListedBackup backup : catalog.listInFull()) {
                entries.add(entry(backup));
            }
            terminal()
                    .data(new JsonDocument("BackupList", "ok")
                            .with("store", place)
                            .with("backups", entries)
                            .toString());
        } else {
            print(catalog.list(), place);
        }
        catalog.unfinished().ifPresent(terminal()::say);
        return ExitCode.OK;
    }

    private void print(List<ListedBackup> backups, String root) {
        if (backups.isEmpty()) {
            terminal().say("no backups in " + root + "; make one with: af backup create " + root);
            return;
        }
        Instant now = session().clock().instant();
        terminal().data(row("ID", "DATABASE", "TAKEN", "SIZE", "TABLES", "ROWS", "EVIDENCE"));
        long bytes = 0;
        Set<String> databases = new HashSet<>();
        for (ListedBackup backup : backups) {
            terminal().data(line(backup, now));
            ManifestHead head = backup.head();
            bytes += head == null ? 0 : head.summary().bytes();
            databases.add(head == null ? "" : head.database());
        }
        terminal()
                .say(backups.size() + (backups.size() == 1 ? " backup of " : " backups of ") + databases.size()
                        + (databases.size() == 1 ? " database, " : " databases, ") + new ByteSize(bytes) + " in "
                        + root);
    }

    private String line(ListedBackup backup, Instant now) {
        ManifestHead head = backup.head();
        if (head == null) {
            return row(backup.id(), "?", "?", "?", "?", "?", terminal().bad("✗ ") + backup.damage());
        }
        Long rows = head.summary().rows();
        return row(
                backup.id(),
                head.database(),
                Ago.of(backup.id().time(), now),
                new ByteSize(head.summary().bytes()),
                head.summary().tables(),
                rows == null ? "-" : grouped(rows),
                evidence(backup.evidence(), now) + (backup.pinned() ? ", pinned" : ""));
    }

    private String evidence(@Nullable EvidenceFile evidence, Instant now) {
        if (evidence == null) {
            return "none";
        }
        String words = evidence.kind().words() + " " + Ago.of(evidence.at(), now);
        return evidence.kind().good() ? words : terminal().bad("✗ " + words);
    }

    private static String grouped(long number) {
        StringBuilder digits = new StringBuilder(String.valueOf(number));
        for (int at = digits.length() - 3; at > 0; at -= 3) {
            digits.insert(at, ',');
        }
        return digits.toString();
    }

    /** Columns side by side; not by a format string, which a thousand lines would feel. */
    private static String row(Object... cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < WIDTHS.length; i++) {
            String cell = String.valueOf(cells[i]);
            String padding = " ".repeat(Math.max(0, Math.abs(WIDTHS[i]) - cell.length()));
            line.append(WIDTHS[i] < 0 ? cell + padding : padding + cell).append(' ');
        }
        return line.append(' ').append(cells[WIDTHS.length]).toString();
    }

    private static Map<String, Object> entry(ListedBackup backup) {
        Map<String, Object> entry = new LinkedHashMap<>();
        ManifestHead head = backup.head();
        entry.put("id", backup.id().text());
        entry.put("database", head == null ? null : head.database());
        entry.put("createdAt", head == null ? null : head.taken());
        entry.put("bytes", head == null ? null : head.summary().bytes());
        entry.put("tables", head == null ? null : head.summary().tables());
        entry.put("rows", head == null ? null : head.summary().rows());
        entry.put("components", head == null ? List.of() : BackupCreateCommand.components(head.summary()));
        entry.put("evidence", json(backup.evidence()));
        entry.put("pinned", backup.pinned());
        entry.put("damage", backup.damage());
        return entry;
    }

    static @Nullable Map<String, Object> json(@Nullable EvidenceFile evidence) {
        return evidence == null
                ? null
                : Map.of(
                        "kind",
                        evidence.kind().text(),
                        "at",
                        evidence.at().toString(),
                        "good",
                        evidence.kind().good());
    }
}
