package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.ListedBackup;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.verify.CheckSignature;
import io.agentflow.dr.verify.VerifyExtent;
import io.agentflow.dr.verify.VerifyReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af backup verify}. */
@Command(name = "verify", description = "Read a backup back and compare every byte with its manifest.")
final class BackupVerifyCommand extends AfCommand {
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

    @Option(
            names = "--sample",
            paramLabel = "SHARE",
            description =
                    "Read files taken by chance that hold such a share of the bytes, as 10%%, and compare the sizes of all.")
    @Nullable
    String sample;

    @Option(names = "--size-only", description = "Read the manifest alone, and compare the sizes of all files.")
    boolean sizeOnly;

    @Option(
            names = {"-i", "--identity"},
            paramLabel = "FILE",
            description = "File of identities of age: what is encrypted is also decrypted and compared.")
    @Nullable
    String identity;

    BackupVerifyCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "BackupVerify";
    }

    @Override
    AfConfig meant(AfConfig config) {
        return config.with(ConfigKey.IDENTITY_FILE, identity);
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        VerifyExtent extent = VerifyExtent.of(sample, sizeOnly);
        FoundBackup found = stores(store, database.configured(config), config)
                .find(selector, database.name(config, session().environment()));
        VerifyReport report = operations(config).verify(found.catalog().store(), found.id(), extent, events);
        if (json) {
            terminal().data(document(report, extent, found).toString());
        } else {
            print(report, extent, found, config);
        }
        if (!report.success()) {
            return ExitCode.VERIFICATION_FAILED;
        }
        return report.warnings().isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }

    private static JsonDocument document(VerifyReport report, VerifyExtent extent, FoundBackup found) {
        String status = !report.success() ? "failed" : report.warnings().isEmpty() ? "ok" : "warnings";
        JsonDocument document = new JsonDocument("BackupVerify", status)
                .with("id", report.id().text())
                .with("store", found.store())
                .with("success", report.success())
                .with("extent", extent.text())
                .with("decrypted", report.decrypted())
                .with("signedBy", report.signedBy())
                .with("files", report.files())
                .with("bytes", report.bytes())
                .with("seconds", report.elapsed().toNanos() / 1e9)
                .with("throughputBytesPerSecond", Math.round(report.bytesPerSecond()))
                .with("problems", report.problems())
                .with("warnings", report.warnings());
        if (!report.success()) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("message", "backup " + report.id() + verdict(report));
            error.put("hint", "Do not restore from it." + report.byHand());
            error.put("exitCode", ExitCode.VERIFICATION_FAILED.number());
            error.put("step", "verify-files");
            document.with("error", error);
        }
        return document;
    }

    private void print(VerifyReport report, VerifyExtent extent, FoundBackup where, AfConfig config) {
        Terminal terminal = terminal();
        report.warnings().forEach(w -> terminal.say(terminal.doubtful("! ") + w));
        String checked = new ByteSize(report.bytes())
                + String.format(Locale.ROOT, " in %.2f s", report.elapsed().toNanos() / 1e9)
                + rate(report);
        if (report.success()) {
            terminal.data(terminal.good("✓ ") + report.id() + found(report, extent) + checked);
            told(report, where, config).forEach(line -> terminal.say("  " + line));
            if (extent.whole() && !report.decrypted() && report.encrypted()) {
                terminal.say("  It is encrypted; with --identity FILE what it holds is compared, too.");
            }
            if (!extent.whole()) {
                terminal.say("  Not all of it was read: af backup verify " + report.id() + storeAsTyped(store)
                        + " reads the rest, too.");
            }
            return;
        }
        terminal.data(terminal.bad("✗ ") + report.id() + verdict(report) + ": "
                + report.problems().size() + (report.problems().size() == 1 ? " problem" : " problems"));
        report.problems().stream().limit(20).forEach(p -> terminal.data("  " + p.path() + "   " + p.problem()));
        terminal.data("  " + checked + " checked");
        terminal.say("  Do not restore from it."
                + newestGood(report, where.catalog())
                        .map(good -> " The newest backup of which the evidence is good is " + good + ".")
                        .orElse("")
                + report.byHand().replace("\n", "\n  "));
        elsewhere(config).copy(report.id(), where.catalog().store()).ifPresent(copy -> terminal.say("  " + copy));
    }

    /** Of a handful of bytes it says nothing. */
    private static String rate(VerifyReport report) {
        return report.bytesPerSecond() < 1 ? "" : " (" + new ByteSize((long) report.bytesPerSecond()) + "/s)";
    }

    /** Where it was read, if that was to be found out, and who has signed it. */
    private static List<String> told(VerifyReport report, FoundBackup where, AfConfig config) {
        List<String> lines = new ArrayList<>();
        if (where.chosen()) {
            lines.add("read in " + where.store());
        }
        String signer = report.signedBy();
        if (signer != null) {
            lines.add("signed by " + config.signatures().trust().name(signer));
        } else if (CheckSignature.present(where.catalog().store(), report.id())) {
            lines.add("signed " + BackupShowCommand.UNKNOWN_SIGNER);
        }
        return lines;
    }

    private static String verdict(VerifyReport report) {
        return report.untrusted() ? " is not trusted" : " is damaged";
    }

    private static String found(VerifyReport report, VerifyExtent extent) {
        String read = Count.of(report.files(), "file");
        return extent.whole()
                ? " is whole" + (report.decrypted() ? " and can be decrypted: " : ": ") + read + ", "
                : " has all its files, each of its size"
                        + (report.files() == 0 ? ": " : "; " + read + " read and found good: ");
    }

    /** Evidence is not signed: where that counts, it proves nothing of others. */
    private static Optional<BackupId> newestGood(VerifyReport report, BackupCatalog catalog) {
        if (report.untrusted()) {
            return Optional.empty();
        }
        BackupId damaged = report.id();
        List<ListedBackup> all = catalog.list();
        // Of which database it is a manifest that cannot be read does not tell.
        Optional<String> database = all.stream()
                .filter(one -> one.id().equals(damaged))
                .flatMap(one -> database(one).stream())
                .findFirst();
        return all.stream()
                .filter(one -> !one.id().equals(damaged) && good(one.evidence()))
                .filter(one -> database.isEmpty() || database.equals(database(one)))
                .map(ListedBackup::id)
                .findFirst();
    }

    private static Optional<String> database(ListedBackup backup) {
        return Optional.ofNullable(backup.head()).map(ManifestHead::database);
    }

    private static boolean good(@Nullable EvidenceFile evidence) {
        return evidence != null && evidence.kind().proof() && evidence.kind().good();
    }
}
