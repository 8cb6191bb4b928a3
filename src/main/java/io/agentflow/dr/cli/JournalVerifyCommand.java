package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import picocli.CommandLine.Command;

/** {@code af journal verify}. */
@Command(
        name = "verify",
        description = "Follow the hash chain of the journal; exit code 9 if a byte of it was changed.")
final class JournalVerifyCommand extends AfCommand {
    JournalVerifyCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "JournalVerify";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        long records = JournalShowCommand.read(config, record -> {});
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("records", records)
                            .toString());
        } else {
            terminal().data(terminal().good("✓ ") + "the journal is whole: " + records + " records");
        }
        return ExitCode.OK;
    }
}
