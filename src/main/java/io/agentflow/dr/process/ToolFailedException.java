package io.agentflow.dr.process;

import java.io.IOException;
import java.util.List;

/** An external program ended with an exit code that is not 0, or was ended because it fell silent. */
public class ToolFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String tool;
    private final int exitValue;
    private final List<String> lastLines;

    ToolFailedException(String tool, int exitValue, List<String> lastLines, String why) {
        super(tool + " " + why + (lastLines.isEmpty() ? "" : ": " + lastLines.get(lastLines.size() - 1)));
        this.tool = tool;
        this.exitValue = exitValue;
        this.lastLines = List.copyOf(lastLines);
    }

    public String tool() {
        return tool;
    }

    /** As the shell would show it: 128 + n after signal n. */
    public int exitValue() {
        return exitValue;
    }

    /** The end of what it said on stderr, secrets masked. */
    public List<String> lastLines() {
        return lastLines;
    }
}
