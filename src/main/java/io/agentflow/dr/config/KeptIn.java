package io.agentflow.dr.config;

import io.agentflow.dr.retention.RetentionPolicy;

/** A store of a database's backups, and how long it keeps them. */
public record KeptIn(ConfiguredStore store, RetentionPolicy retention) {}
