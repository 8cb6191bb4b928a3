package io.agentflow.dr.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Lints over the routes that af comes with. */
class RoutesTest {
    private static final Path ROUTES = Project.file("routes");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private static List<Path> files() {
        try (Stream<Path> all = Files.walk(ROUTES)) {
            return all.filter(f -> f.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode yaml(String text) {
        return JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(text));
    }

    private static JsonNode yaml(Path file) {
        try {
            return yaml(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JsonNode> routes() {
        return files().stream()
                .map(f -> yaml(f).get(0).path("route"))
                .filter(r -> !r.isMissingNode())
                .toList();
    }

    /** Every object in the tree that stands under this key. */
    private static List<JsonNode> all(JsonNode tree, String key) {
        return tree.findValues(key);
    }

    @Test
    void everyFileHoldsOneRouteOrConfigurationOfItsName() {
        assertThat(files()).hasSizeGreaterThan(12);
        for (Path file : files()) {
            JsonNode content = yaml(file);
            assertThat(content).as(file.toString()).hasSize(1);
            JsonNode only = content.get(0).elements().next();
            assertThat(only.path("id").asText() + ".camel.yaml").isEqualTo(String.valueOf(file.getFileName()));
        }
    }

    @Test
    void everyRouteIsDescribedAndRunsUnderAConfigurationThatExists() {
        Set<String> configurations = new HashSet<>();
        files().forEach(f -> configurations.add(
                yaml(f).get(0).path("routeConfiguration").path("id").asText()));
        for (JsonNode route : routes()) {
            String id = route.path("id").asText();
            assertThat(route.path("description").asText()).as(id).hasSizeGreaterThan(20);
            assertThat(configurations)
                    .as(id)
                    .contains(route.path("routeConfigurationId").asText("none"));
        }
    }

    @Test
    void everyStepHasAnIdOfItsOwn() {
        List<String> ids = new ArrayList<>();
        for (JsonNode route : routes()) {
            ids.add(route.path("id").asText());
            for (String kind : List.of("bean", "to", "multicast", "choice", "when", "otherwise", "onException")) {
                for (JsonNode step : all(route, kind)) {
                    for (JsonNode one : step.isArray() ? step : List.of(step)) {
                        assertThat(one.path("id").asText())
                                .as(route.path("id") + ": " + one)
                                .isNotEmpty();
                        ids.add(one.path("id").asText());
                    }
                }
            }
        }
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void everyBeanCallNamesItsMethod() {
        routes().forEach(route -> all(route, "bean").forEach(bean -> {
            assertThat(bean.path("ref").asText()).as(bean.toString()).isNotEmpty();
            assertThat(bean.path("method").asText()).as(bean.toString()).isNotEmpty();
        }));
    }

    @Test
    void everyExecHasOurExecutorAndBindingAndNothingBuffers() {
        int seen = 0;
        for (JsonNode route : routes()) {
            assertThat(all(route, "marshal")).isEmpty();
            assertThat(all(route, "unmarshal")).isEmpty();
            for (JsonNode to : all(route, "to")) {
                if (to.path("uri").asText().startsWith("exec:")) {
                    assertThat(to.path("parameters").path("commandExecutor").asText())
                            .isEqualTo("#bean:pgTool");
                    assertThat(to.path("parameters").path("binding").asText()).isEqualTo("#bean:pgToolBinding");
                    seen++;
                }
            }
        }
        assertThat(seen).isGreaterThanOrEqualTo(5);
    }

    @Test
    void theYamlFitsCamelsOwnSchema() throws IOException {
        try (InputStream schema = getClass().getResourceAsStream("/schema/camelYamlDsl.json")) {
            var validator = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
                    .getSchema(
                            schema,
                            // A placeholder stands where the schema wants a number.
                            SchemaValidatorsConfig.builder().typeLoose(true).build());
            for (Path file : files()) {
                assertThat(validator.validate(yaml(Files.readString(file).replaceAll("\"\\{\\{.*}}\"", "\"1\""))))
                        .as(file.toString())
                        .isEmpty();
            }
        }
    }

    @Test
    void everyEndpointOptionIsKnownToCamel() {
        DefaultCamelCatalog catalog = new DefaultCamelCatalog();
        for (JsonNode route : routes()) {
            for (JsonNode to : all(route, "to")) {
                StringBuilder uri = new StringBuilder(to.path("uri").asText());
                to.path("parameters")
                        .properties()
                        .forEach(p -> uri.append(uri.indexOf("?") < 0 ? '?' : '&')
                                .append(p.getKey())
                                .append('=')
                                .append(p.getValue().asText()));
                assertThat(catalog.validateEndpointProperties(uri.toString()).isSuccess())
                        .as(uri.toString())
                        .isTrue();
            }
        }
    }

    @Test
    void anEmptyFolderIsRefused() {
        assertThatThrownBy(
                        () -> Routes.start(folder, Map.of(), new Properties()).close())
                .isInstanceOf(AfException.class)
                .hasMessageContaining("there is no route backup-create");
    }

    @Test
    void brokenYamlIsRefusedWithItsPlace() throws IOException {
        Files.writeString(folder.resolve("broken.camel.yaml"), "- route:\n    id: [\n");

        assertThatThrownBy(
                        () -> Routes.start(folder, Map.of(), new Properties()).close())
                .isInstanceOf(AfException.class)
                .hasMessageContaining("cannot be used");
    }
}
