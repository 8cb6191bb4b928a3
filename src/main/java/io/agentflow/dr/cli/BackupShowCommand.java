package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.retention.Pins;
import io.agentflow.dr.verify.CheckSignature;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code af backup show}. */
@Command(name = "show", description = "Show what one backup holds.")
final class BackupShowCommand extends AfCommand {
    /** So many tables are named, the largest ones, unless all are asked for. */
    private static final int SHOWN = 10;

    static final String UNKNOWN_SIGNER = "by a key that is not known here: not checked (af.sign.trusted)";

    @Parameters(index = "0", paramLabel = "ID", description = "A backup's id, a part of it, or latest.")
    String selector = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "STORE",
            description =
                    "Directory, URI or name of the store of the backups (default: the configured one that has it).")
    @Nullable
    String store;

    @Mixin
    DatabaseOption database = new DatabaseOption();

    BackupShowCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "BackupShow";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        FoundBackup found = stores(store, database.configured(config), config)
                .find(selector, database.name(config, session().environment()));
        BackupCatalog catalog = found.catalog();
        BackupId id = found.id();
        operations(config)
                .looked("show", "look into " + id + " in " + catalog.store().name(), events);
        CheckSignature check = new CheckSignature(config.signatures()).asOfNow();
        CheckSignature.Signed signed = check.required() ? check.require(catalog.store(), id) : null;
        boolean unchecked = signed == null && CheckSignature.present(catalog.store(), id);
        Manifest manifest = signed == null ? catalog.manifest(id) : ManifestJson.read(signed.json());
        if (json) {
            terminal()
                    .data(new JsonDocument("BackupShow", "ok")
                            .with("id", id.text())
                            .with("path", catalog.store().location(id))
                            .with(
                                    "evidence",
                                    catalog.findings(id).stream()
                                            .map(BackupListCommand::json)
                                            .toList())
                            .with("signature", signed == null ? (unchecked ? "unchecked" : "none") : "trusted")
                            .with(
                                    "signedBy",
                                    signed == null
                                            ? null
                                            : signed.signer()
                                                    .key()
                                                    .fingerprint()
                                                    .hex())
                            .with("pinned", catalog.pin(id).isPresent() ? new Pins(catalog).reason(id) : null)
                            .with(
                                    "manifest",
                                    new RawJson(new String(ManifestJson.write(manifest), StandardCharsets.UTF_8)))
                            .toString());
        } else {
            print(catalog, manifest, signer(signed, unchecked));
        }
        return ExitCode.OK;
    }

    private static String signer(CheckSignature.@Nullable Signed signed, boolean unchecked) {
        if (signed != null) {
            return "by " + signed.signer();
        }
        return unchecked ? UNKNOWN_SIGNER : "";
    }

    private void print(BackupCatalog catalog, Manifest manifest, String signer) {
        Instant now = session().clock().instant();
        Terminal terminal = terminal();
        terminal.data(manifest.id() + "  " + manifest.database() + ", taken " + manifest.createdAt() + " ("
                + Ago.of(manifest.createdAt(), now) + ")");
        field(
                "from",
                manifest.source().url() + ", PostgreSQL " + manifest.source().serverVersion() + ", LSN "
                        + manifest.source().lsn());
        field(
                "made by",
                "af " + manifest.toolVersion() + ", pg_dump "
                        + manifest.source().tools().get("pg_dump") + ", "
                        + Count.of(manifest.options().jobs(), "job") + ", compression "
                        + manifest.options().compression());
        manifest.components()
                .forEach(c -> field(
                        c.kind().text(),
                        new ByteSize(c.bytes()) + " in " + Count.of(c.files().size(), "file")));
        manifest.encryptedTo().forEach(to -> field("encrypted to", to));
        field(
                "tables",
                manifest.summary().tables()
                        + (manifest.summary().rows() == null
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        ", %,d rows",
                                        manifest.summary().rows()))
                        + ", proof " + manifest.options().proof());
        largest(manifest);
        field(
                "needs",
                "roles " + manifest.needs().roles() + ", extensions "
                        + manifest.needs().extensions().stream()
                                .map(e -> e.name() + " " + e.version())
                                .toList());
        manifest.excluded().forEach(e -> field("left out", e.schema() + "." + e.name() + ": " + e.reason()));
        manifest.warnings().forEach(w -> field("warning", w));
        catalog.findings(manifest.id()).forEach(e -> field("evidence", e.kind().words() + " " + Ago.of(e.at(), now)));
        if (catalog.pin(manifest.id()).isPresent()) {
            field("pinned", new Pins(catalog).reason(manifest.id()));
        }
        if (!signer.isEmpty()) {
            field("signed", signer);
        }
        field("files", catalog.store().location(manifest.id()));
    }

    private void largest(Manifest manifest) {
        List<TableEntry> all = manifest.tables().stream()
                .filter(TableEntry::holdsRows)
                .sorted(Comparator.comparing((TableEntry t) -> t.rows() == null ? Long.valueOf(0) : t.rows())
                        .reversed())
                .toList();
        List<TableEntry> shown = verbose ? all : all.subList(0, Math.min(SHOWN, all.size()));
        shown.forEach(t -> field(
                "", t.qualifiedName() + (t.rows() == null ? "" : String.format(Locale.ROOT, "  %,d rows", t.rows()))));
        if (shown.size() < all.size()) {
            field("", "and " + (all.size() - shown.size()) + " more: -v lists them");
        }
    }

    private void field(String label, String text) {
        terminal().data(String.format("  %-10s %s", label, text));
    }
}
