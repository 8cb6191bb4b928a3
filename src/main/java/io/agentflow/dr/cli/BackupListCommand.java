package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.ListedBackup;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.NamedStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            .description("Directory, URI or name of the store of the backups (default: all configured ones).")
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
        StoresMeant meant = stores(place.getValue(), null, config);
        List<NamedStore> stores = named(meant.opened());
        KnownStores places = new KnownStores(config.stateDirectory());
        boolean mustBeThere = meant.mustBeThere(stores);
        BackupsByStore listed = terminal()
                .waiting(() -> new BackupsByStore(
                        stores, new AskStores(terminal()::say), one -> list(one.store(), mustBeThere, places)));
        if (json) {
            terminal().data(document(listed, stores.get(0).store().name()).toString());
        } else {
            print(listed, stores);
        }
        listed.unreachable().forEach((store, why) -> terminal().sayDoubt(store + " is not shown: ", why));
        listed.strange().forEach((store, why) -> terminal().sayDoubt("", why));
        if (listed.unreachable().isEmpty()) {
            stores.forEach(one -> new BackupCatalog(one.store()).unfinished().ifPresent(terminal()::say));
        }
        return listed.sound() ? ExitCode.OK : ExitCode.WARNINGS;
    }

    private BackupsByStore.Listed list(BackupStore store, boolean mustBeThere, KnownStores places) {
        BackupCatalog catalog = new BackupCatalog(store);
        List<ListedBackup> backups = json ? catalog.listInFull() : catalog.list();
        if (!backups.isEmpty()) {
            return new BackupsByStore.Listed(backups, places.strangeDirectory(store));
        }
        places.require(store);
        if (mustBeThere) {
            StoresMeant.requirePresent(store);
        }
        return new BackupsByStore.Listed(backups, Optional.empty());
    }

    /** One alone is called as it was named. */
    private static List<NamedStore> named(List<NamedStore> meant) {
        if (meant.size() > 1) {
            return meant;
        }
        BackupStore only = meant.get(0).store();
        return List.of(new NamedStore(only.name(), only));
    }

    private static JsonDocument document(BackupsByStore listed, String primary) {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (ListedBackup backup : listed.backups()) {
            Map<String, Object> entry = entry(backup);
            entry.put("stores", listed.storesOf(backup));
            entry.put("doubtful", listed.doubtful(backup));
            entry.put("pinned", !listed.pinnedIn(backup).isEmpty());
            entry.put("pinnedIn", listed.pinnedIn(backup));
            entries.add(entry);
        }
        return new JsonDocument("BackupList", listed.sound() ? "ok" : "warnings")
                .with("store", primary)
                .with("stores", listed.names())
                .with("unreachable", facts(listed.unreachable()))
                .with("strange", facts(listed.strange()))
                .with("backups", entries);
    }

    private static Map<String, String> facts(Map<String, AfException> doubts) {
        Map<String, String> facts = new LinkedHashMap<>();
        doubts.forEach((store, why) -> facts.put(store, why.fact()));
        return facts;
    }

    private void print(BackupsByStore listed, List<NamedStore> stores) {
        List<ListedBackup> backups = listed.backups();
        String place = stores.size() == 1 ? stores.get(0).store().name() : String.join(", ", listed.reached());
        if (backups.isEmpty()) {
            terminal()
                    .say("no backups in " + place + "; make one with: af backup create"
                            + (stores.size() == 1 ? " " + place : ""));
            return;
        }
        Instant now = session().clock().instant();
        int width = listed.width();
        terminal().data(row("ID", "DATABASE", "TAKEN", "SIZE", "TABLES", "ROWS", column("STORES", width) + "EVIDENCE"));
        long bytes = 0;
        Set<String> databases = new HashSet<>();
        for (ListedBackup backup : backups) {
            terminal()
                    .data(line(backup, listed.storesOf(backup), width, now)
                            + pins(listed, backup)
                            + doubts(listed.doubtful(backup)));
            ManifestHead head = backup.head();
            bytes += head == null ? 0 : head.summary().bytes();
            databases.add(head == null ? "" : head.database());
        }
        terminal()
                .say(backups.size() + (backups.size() == 1 ? " backup of " : " backups of ") + databases.size()
                        + (databases.size() == 1 ? " database, " : " databases, ") + new ByteSize(bytes) + " in "
                        + place);
    }

    /** Where some stores hold it and others do not, which they are. */
    private static String pins(BackupsByStore listed, ListedBackup backup) {
        List<String> holding = listed.pinnedIn(backup);
        if (holding.isEmpty()) {
            return "";
        }
        return holding.equals(listed.storesOf(backup)) ? ", pinned" : ", pinned in " + String.join(", ", holding);
    }

    /** What is known of the copies in the other stores, where that is no good. */
    private String doubts(Map<String, String> doubtful) {
        StringBuilder doubts = new StringBuilder();
        doubtful.forEach((store, why) -> doubts.append("; ").append(terminal().bad("✗ in " + store + ": " + why)));
        return doubts.toString();
    }

    /** A column in front of the last one; none where there is but one store. */
    private static String column(String cell, int width) {
        return width == 0
                ? ""
                : cell + " ".repeat(Math.max(0, Math.max(width, "STORES".length()) - cell.length())) + "  ";
    }

    private String line(ListedBackup backup, List<String> in, int width, Instant now) {
        ManifestHead head = backup.head();
        String stores = column(String.join(",", in), width);
        // What is shown is of the first of them.
        String where = in.size() > 1 ? "in " + in.get(0) + ": " : "";
        if (head == null) {
            return row(backup.id(), "?", "?", "?", "?", "?", stores + terminal().bad("✗ ") + where + backup.damage());
        }
        Long rows = head.summary().rows();
        return row(
                backup.id(),
                head.database(),
                Ago.of(backup.id().time(), now),
                new ByteSize(head.summary().bytes()),
                head.summary().tables(),
                rows == null ? "-" : grouped(rows),
                stores + evidence(backup.evidence(), where, now));
    }

    private String evidence(@Nullable EvidenceFile evidence, String where, Instant now) {
        if (evidence == null) {
            return "none";
        }
        String words = evidence.kind().words() + " " + Ago.of(evidence.at(), now);
        return evidence.kind().good() ? words : terminal().bad("✗ " + where + words);
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
