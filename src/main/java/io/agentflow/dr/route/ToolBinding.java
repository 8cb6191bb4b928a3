package io.agentflow.dr.route;

import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.process.ToolRun;
import org.apache.camel.Exchange;
import org.apache.camel.component.exec.ExecBinding;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecEndpoint;
import org.apache.camel.component.exec.ExecResult;

/**
 * Tells {@code exec:} what to run: only ever the {@link ToolRun} in the body. It reads no header, so that no {@code
 * CamelExec…} header of a message, however spelled, can change the command (CVE-2026-40453 and its like).
 */
public final class ToolBinding implements ExecBinding {

    @Override
    public ExecCommand readInput(Exchange exchange, ExecEndpoint endpoint) {
        if (exchange.getMessage().getBody() instanceof ToolRun run) {
            return new ToolCommand(run);
        }
        throw new OperationFailed(
                "exec:" + endpoint.getExecutable() + " was reached without arguments from a bean",
                "Put a step such as 'bean: {ref: dumpTools, method: schema}' in front of it.");
    }

    @Override
    public void writeOutput(Exchange exchange, ExecResult result) {
        ToolRun run = ((ToolCommand) result.getCommand()).run();
        exchange.getMessage().setBody(new ToolOutput(run, result.getStdout()));
    }
}
