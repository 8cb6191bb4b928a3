package io.agentflow.dr.process;

/** Hears what a program says on stderr while it runs. */
@FunctionalInterface
public interface ProgramListener {
    /** Takes one line, secrets masked; may end the program. Must not throw. */
    void said(RunningProgram program, String line);
}
