package io.agentflow.dr.lint;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.route.RouteTexts;
import java.util.ArrayList;
import java.util.List;

/** Looks for everything that is wrong with files of routes: Camel's schema, its catalog, af's own rules, and a start. */
public final class CheckRoutes {
    private final YamlSchema schema = new YamlSchema();
    private final EndpointOptions options = new EndpointOptions();
    private final Runnable start;

    /** @param start builds the routes without letting anything in; throws an {@link AfException} if it cannot */
    public CheckRoutes(Runnable start) {
        this.start = start;
    }

    public List<Finding> check(RouteTexts texts) {
        List<RouteFile> files = RouteFile.of(texts);
        List<Finding> findings = new ArrayList<>();
        for (RouteFile file : files) {
            findings.addAll(schema.judge(file));
            findings.addAll(options.judge(file));
        }
        findings.addAll(new RouteRules().judge(files));
        try {
            start.run();
        } catch (AfException e) {
            findings.add(new Finding("", "start", e.fact()));
        }
        return findings;
    }
}
