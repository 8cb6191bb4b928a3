package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.journal.JournalHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code af journal verify}. */
@Command(
        name = "verify",
        description = "Follow the hash chain of the journal; exit code 9 if a byte of it was changed.")
final class JournalVerifyCommand extends AfCommand {
    @Option(
            names = "--since",
            paramLabel = "FILE",
            description = "A copy of journal.head made earlier: proves that nothing up to it was cut off or exchanged.")
    @Nullable
    Path since;

    JournalVerifyCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "JournalVerify";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        JournalHead known = since == null ? null : known(since);
        JournalHead head = JournalShowCommand.read(config, record -> {}, known);
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("records", head.number())
                            .with("head", head.toString())
                            .toString());
        } else {
            terminal().data(terminal().good("✓ ") + "the journal is whole: " + Count.of(head.number(), "record"));
            terminal().data("  head: " + head);
        }
        return ExitCode.OK;
    }

    private static JournalHead known(Path file) {
        try {
            return JournalHead.parse(Files.readString(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageError(
                    "--since " + file + " is no copy of a journal.head: " + e.getMessage(),
                    "Give a copy of the file journal.head that was made earlier.",
                    e);
        }
    }
}
