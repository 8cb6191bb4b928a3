package io.agentflow.dr.route;

import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.RunningProgram;
import io.agentflow.dr.process.ToolRun;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecResult;

/**
 * Runs what {@code exec:} asks for, with a live stdout. Stock camel-exec holds all of it in memory and hangs beyond 2
 * GiB. The child belongs to the operation: when that ends, the child is ended.
 */
public final class ToolExecutor implements ExecCommandExecutor {
    private final Programs programs;

    public ToolExecutor(Programs programs) {
        this.programs = programs;
    }

    @Override
    public ExecResult execute(ExecCommand command) {
        if (!(command instanceof ToolCommand tool)) {
            throw new OperationFailed(
                    "exec:" + command.getExecutable() + " is not run without our binding",
                    "Add binding: '#bean:pgToolBinding' to the endpoint.");
        }
        ToolRun run = tool.run();
        RunningProgram running = programs.start(
                run.program(),
                (program, line) -> {
                    run.operation()
                            .events()
                            .accept(new OperationEvent.ToolSaid(run.program().name(), line));
                    run.said(program, line);
                },
                run.operation()::pulse);
        run.operation().hold(running);
        return new ExecResult(command, running.stdout(), null, 0);
    }
}
