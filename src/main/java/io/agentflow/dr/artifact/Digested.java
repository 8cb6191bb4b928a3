package io.agentflow.dr.artifact;

import io.agentflow.dr.core.Sha256;

/** What a write or a read yields: how many bytes, and their digest. */
public record Digested(long bytes, Sha256 sha256) {}
