package io.agentflow.dr.postgres;

/** How large a table is: bytes without indexes, and rows as the statistics guess. */
public record TableSize(long bytes, long rows) {}
