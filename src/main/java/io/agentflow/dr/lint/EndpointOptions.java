package io.agentflow.dr.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;

/** Camel's catalog: finds options that an endpoint does not have, and values that are none of theirs. */
final class EndpointOptions {
    private static final Set<String> CALLS = Set.of("to", "toD", "wireTap", "enrich", "pollEnrich", "poll");

    private final DefaultCamelCatalog catalog = new DefaultCamelCatalog();

    List<Finding> judge(RouteFile file) {
        List<RouteFile.Step> ends = new ArrayList<>();
        ends.add(new RouteFile.Step("from", file.route().path("from")));
        file.steps().stream().filter(step -> CALLS.contains(step.kind())).forEach(ends::add);
        return ends.stream().flatMap(end -> judge(file, end)).toList();
    }

    private Stream<Finding> judge(RouteFile file, RouteFile.Step end) {
        String uri = end.uri();
        // What a placeholder or an expression stands for is known at the start, or later.
        if (uri.isEmpty() || uri.startsWith("{{") || uri.startsWith("${")) {
            return Stream.empty();
        }
        String full = uri + parameters(uri, end.definition().path("parameters"));
        EndpointValidationResult result = catalog.validateEndpointProperties(full);
        // A component of the user's own is not in the catalog: whether it is there, the start tells.
        return result.isSuccess() || result.getUnknownComponent() != null
                ? Stream.empty()
                : Stream.of(new Finding(file.name(), "endpoint", one(end, result)));
    }

    private static String one(RouteFile.Step end, EndpointValidationResult result) {
        String said = String.valueOf(result.summaryErrorMessage(false, false, true));
        return "the step '" + end.id() + "': "
                + said.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .collect(Collectors.joining(" "));
    }

    private static String parameters(String uri, JsonNode parameters) {
        StringBuilder query = new StringBuilder();
        parameters
                .properties()
                .forEach(parameter -> query.append(query.isEmpty() && !uri.contains("?") ? '?' : '&')
                        .append(parameter.getKey())
                        .append('=')
                        .append(URLEncoder.encode(parameter.getValue().asText(), StandardCharsets.UTF_8)));
        return query.toString();
    }
}
