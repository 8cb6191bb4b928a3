package io.agentflow.dr.route;

import io.agentflow.dr.process.ToolRun;
import java.util.List;
import java.util.Set;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.exec.ExecCommand;

/** camel-exec's command, carrying the run that our executor starts. Its own arguments are empty: they never get logged. */
final class ToolCommand extends ExecCommand {
    private static final long serialVersionUID = 1L;

    private final transient ToolRun run;

    ToolCommand(ToolRun run) {
        super(
                run.program().executable().toString(),
                List.of(),
                null,
                Long.MAX_VALUE,
                Set.of(0),
                null,
                null,
                false,
                LoggingLevel.OFF);
        this.run = run;
    }

    ToolRun run() {
        return run;
    }
}
