package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import java.time.Clock;
import java.util.Map;
import java.util.function.Function;

/**
 * What every command needs: where it prints, the environment, the clock, the version of af, and how
 * operations are had once the configuration is known.
 */
public record Session(
        Terminal terminal,
        Map<String, String> environment,
        Clock clock,
        String version,
        Function<AfConfig, Operations> operations) {}
