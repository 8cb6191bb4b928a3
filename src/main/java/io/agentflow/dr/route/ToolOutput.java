package io.agentflow.dr.route;

import io.agentflow.dr.process.ToolRun;
import java.io.InputStream;

/** The live output of a tool on its way to a file. Each step wraps the stream; the last one pulls. */
public record ToolOutput(ToolRun run, InputStream stream) {}
