package io.agentflow.dr.verify;

/** What is wrong with one file of a backup. */
public record Problem(String path, String problem) {}
