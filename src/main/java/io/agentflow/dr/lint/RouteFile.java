package io.agentflow.dr.lint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.agentflow.dr.route.RouteTexts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A file of routes, and the tree that its YAML means.
 *
 * @param tree a list of one route, route configuration or template; missing if it is no YAML
 * @param problem why it is no YAML, or null
 */
public record RouteFile(
        Path path, String text, JsonNode tree, @Nullable String problem) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A step of a route.
     *
     * @param kind such as {@code bean} or {@code to}
     */
    public record Step(String kind, JsonNode definition) {
        public String id() {
            return definition.path("id").asText();
        }

        /** Its endpoint with all parameters, or nothing if it has none. */
        String uri() {
            return definition.isTextual()
                    ? definition.asText()
                    : definition.path("uri").asText();
        }

        /** The component of its endpoint, or nothing if it has none. */
        String scheme() {
            return uri().replaceFirst("(?s)[:?].*", "");
        }

        /** A parameter of its endpoint, in either notation; nothing if it has none of this name. */
        String parameter(String name) {
            Matcher inUri = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(uri());
            return inUri.find()
                    ? inUri.group(1)
                    : definition.path("parameters").path(name).asText();
        }

        /** What its endpoint names behind the component, or this parameter if that is how it is written. */
        String named(String parameter) {
            String behind = uri().replaceFirst("^[^:?]*:?/*", "").replaceFirst("(?s)\\?.*", "");
            return behind.isEmpty() ? parameter(parameter) : behind;
        }
    }

    static RouteFile of(Path path, String text) {
        try {
            Object content = new Load(LoadSettings.builder().build()).loadFromString(text);
            return new RouteFile(path, text, JSON.valueToTree(content), null);
        } catch (YamlEngineException e) {
            return new RouteFile(path, text, MissingNode.getInstance(), String.valueOf(e.getMessage()));
        }
    }

    /** All of them. */
    public static List<RouteFile> of(RouteTexts texts) {
        return texts.files().entrySet().stream()
                .map(file -> of(file.getKey(), file.getValue()))
                .toList();
    }

    public String name() {
        return String.valueOf(path.getFileName());
    }

    /** What its route must be called: the name of the file. */
    public String id() {
        return name().replace(RouteTexts.ENDING, "");
    }

    /** {@code route}, {@code routeConfiguration} or {@code routeTemplate}; nothing if it is none of them. */
    public String kind() {
        return tree.path(0).isObject() && !tree.path(0).isEmpty()
                ? tree.path(0).fieldNames().next()
                : "";
    }

    /** What stands under its kind. */
    JsonNode top() {
        return tree.path(0).path(kind());
    }

    /** The route, or that of the template; missing if it is a configuration. */
    JsonNode route() {
        return kind().equals("routeTemplate") ? top().path("route") : kind().equals("route") ? top() : tree.path(-1);
    }

    public String description() {
        return top().path("description").asText();
    }

    /** Where it begins: {@code direct:backup-create}. */
    public String from() {
        return route().path("from").path("uri").asText();
    }

    /** Every step, also those within others, in the order of the text. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        collect(tree, steps);
        return steps;
    }

    /** The steps of the route itself, without those within others. */
    List<Step> outerSteps() {
        List<Step> steps = new ArrayList<>();
        for (JsonNode step : route().path("from").path("steps")) {
            step.properties().forEach(only -> steps.add(new Step(only.getKey(), only.getValue())));
        }
        return steps;
    }

    private static void collect(JsonNode node, List<Step> steps) {
        node.properties().forEach(field -> {
            if (field.getKey().equals("steps")) {
                for (JsonNode step : field.getValue()) {
                    step.properties().forEach(only -> steps.add(new Step(only.getKey(), only.getValue())));
                }
            }
            collect(field.getValue(), steps);
        });
        if (node.isArray()) {
            node.forEach(element -> collect(element, steps));
        }
    }
}
