package io.agentflow.dr.backup;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.RunningProgram;
import io.agentflow.dr.process.ToolRun;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One run of a tool for one component.
 *
 * @param file the file that its stdout ends up in; for data the folder that it writes to itself
 * @param files what watches a folder that the tool writes to itself, else null
 */
public record DumpRun(
        BackupRun.Open run,
        ComponentKind kind,
        PgCommand command,
        Path file,
        @Nullable DigestDataFiles files) implements ToolRun {

    @Override
    public Operation operation() {
        return run.operation();
    }

    @Override
    public ExternalProgram program() {
        return command.program();
    }

    @Override
    public void said(RunningProgram program, String line) {
        if (files != null) {
            files.said(program, line);
        }
    }
}
