package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.route.Routes;
import io.agentflow.dr.testing.Project;
import java.time.Clock;
import java.util.Map;

/** What commands have done, for tests that run one in their own JVM. */
public final class RealOperations {
    private RealOperations() {}

    public static Operations of(AfConfig config) {
        return new AfOperations(
                config,
                System.getenv("PATH"),
                Clock.systemUTC(),
                Project.file("."),
                Caller.of(Map.of()),
                Routes::prepare);
    }
}
