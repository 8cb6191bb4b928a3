package io.agentflow.dr.process;

import io.agentflow.dr.core.Operation;

/** A run of an external tool that a route asks for: what to run, for which operation, and who hears its messages. */
public interface ToolRun {
    Operation operation();

    ExternalProgram program();

    /** Takes one line of stderr; may end the program. */
    void said(RunningProgram program, String line);
}
