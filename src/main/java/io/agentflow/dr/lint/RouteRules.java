package io.agentflow.dr.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** af's own rules for routes: what Camel would accept, and somebody would be sorry for. */
final class RouteRules {
    private static final int DESCRIPTION = 20;

    /** What cannot be reached from outside. */
    private static final Set<String> INSIDE = Set.of("direct", "seda", "quartz", "timer", "scheduler", "cron");

    /** The routes in which alone something becomes visible or live. */
    private static final Map<String, String> HOMES = Map.of(
            "publishBackup", "backup-publish",
            "swapDatabases", "restore-attempt",
            "commitTables", "critical-attempt",
            "undoRestore", "restore-undo");

    private static final Set<String> BUFFERING = Set.of("marshal", "unmarshal");

    private final List<Finding> findings = new ArrayList<>();
    private final Set<String> configurations = new HashSet<>();
    private final Map<String, String> ids = new HashMap<>();

    List<Finding> judge(List<RouteFile> files) {
        files.stream()
                .filter(file -> file.kind().equals("routeConfiguration"))
                .forEach(file -> configurations.add(file.top().path("id").asText()));
        files.forEach(this::judge);
        findings.addAll(new StoreRules(files).judge());
        return findings;
    }

    private void judge(RouteFile file) {
        name(file);
        file.steps().forEach(step -> step(file, step));
        if (!file.route().isMissingNode()) {
            description(file);
            configuration(file);
            headers(file);
        }
    }

    private void name(RouteFile file) {
        if (file.tree().size() != 1 || file.kind().isEmpty()) {
            add(file, "one-route", "holds not exactly one route, route configuration or template");
        } else if (!file.top().path("id").asText().equals(file.id())) {
            add(file, "file-name", "the id is '" + file.top().path("id").asText() + "', not the name of the file");
        }
    }

    private void description(RouteFile file) {
        if (file.description().length() < DESCRIPTION) {
            add(file, "description", "has no description that says what it does");
        }
    }

    private void configuration(RouteFile file) {
        String named = file.route().path("routeConfigurationId").asText();
        if (!configurations.contains(named)) {
            // Camel starts silently, and failures are then dealt with by nobody.
            add(
                    file,
                    "configuration",
                    "routeConfigurationId '" + named + "' does not exist; known are " + configurations);
        }
    }

    private void headers(RouteFile file) {
        String scheme = file.from().replaceFirst(":.*", "");
        if (INSIDE.contains(scheme)) {
            return;
        }
        List<RouteFile.Step> steps = file.outerSteps();
        JsonNode pattern = steps.isEmpty() || !steps.get(0).kind().equals("removeHeaders")
                ? null
                : steps.get(0).definition().path("pattern");
        if (pattern == null || !Set.of("*", "Camel*").contains(pattern.asText())) {
            add(
                    file,
                    "headers",
                    "begins at " + scheme + ":, so its first step must be removeHeaders with the pattern \"*\":"
                            + " a sender's headers can change what later steps do");
        }
    }

    private void step(RouteFile file, RouteFile.Step step) {
        if (step.id().isEmpty()) {
            add(file, "step-id", "a step '" + step.kind() + "' has no id");
        } else {
            String other = ids.putIfAbsent(step.id(), file.name());
            if (other != null) {
                add(file, "step-id", "the id '" + step.id() + "' is taken by a step in " + other);
            }
        }
        if (step.kind().equals("bean")) {
            JsonNode call = step.definition();
            bean(file, step, call.path("ref").asText(), call.path("method").asText());
        }
        if (BUFFERING.contains(step.kind())) {
            add(
                    file,
                    "buffering",
                    "the step '" + step.id() + "' holds its whole result in memory; use the bean artifact");
        }
        switch (step.scheme()) {
            case "exec" -> exec(file, step);
            case "bean", "class" -> bean(file, step, step.named("beanName"), step.parameter("method"));
            default -> {}
        }
    }

    private void bean(RouteFile file, RouteFile.Step step, String ref, String method) {
        if (ref.isEmpty() || method.isEmpty()) {
            // Without a name, a header of the message chooses the method.
            add(file, "bean-method", "the step '" + step.id() + "' does not name its bean and its method");
        }
        String home = HOMES.get(ref);
        if (home != null && !home.equals(file.id())) {
            add(file, "home", "the step '" + step.id() + "' calls " + ref + ", which belongs into " + home + " alone");
        }
    }

    private void exec(RouteFile file, RouteFile.Step step) {
        if (!step.parameter("commandExecutor").equals("#bean:pgTool")
                || !step.parameter("binding").equals("#bean:pgToolBinding")) {
            add(
                    file,
                    "exec",
                    "the step '" + step.id() + "' lacks commandExecutor: \"#bean:pgTool\" or binding:"
                            + " \"#bean:pgToolBinding\": headers could choose what is executed");
        }
    }

    private void add(RouteFile file, String rule, String text) {
        findings.add(new Finding(file.name(), rule, text));
    }
}
