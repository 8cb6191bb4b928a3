package io.agentflow.dr.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.Refused;
import io.agentflow.dr.route.RouteTexts;
import io.agentflow.dr.testing.Project;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The routes that af comes with are well, and every rule finds what it is there for. */
class CheckRoutesTest {
    private static final RouteTexts SHIPPED = RouteTexts.read(Project.file("routes"), null);
    private static final CheckRoutes CHECK = new CheckRoutes(() -> {});

    /** A file beside a configuration and a route, whose steps have ids: with all of them it would take a minute. */
    private static List<Finding> with(String name, String yaml) {
        Map<Path, String> files = new HashMap<>(SHIPPED.files());
        files.keySet().removeIf(file -> !file.toString().matches(".*/(caller-decides|backup-attempt)\\.camel\\.yaml"));
        files.put(Path.of(name + ".camel.yaml"), yaml);
        return CHECK.check(new RouteTexts(files));
    }

    private static String route(String id, String from, String... steps) {
        return "- route:\n    id: " + id + "\n    description: A route to try the rules on.\n"
                + "    routeConfigurationId: caller-decides\n    from:\n      uri: " + from + "\n      steps:\n"
                + String.join("", steps);
    }

    private static String step(String yaml) {
        return "        - " + yaml + "\n";
    }

    private static final String HARMLESS = step("log: {id: tried-log, message: tried}");

    @Test
    void theRoutesThatAfComesWithAreWell() {
        assertThat(SHIPPED.files()).hasSizeGreaterThan(18);
        assertThat(CHECK.check(SHIPPED)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "back-up-now",
                "copy-to-sftp",
                "dead-letter-sink",
                "maintenance-flag",
                "store-sftp",
                "store-web",
                "tell-a-webhook"
            })
    void theExamplesAreWell(String example) {
        RouteTexts texts = RouteTexts.read(Project.file("routes/errors"), Project.file("routes/examples/" + example));

        assertThat(CHECK.check(texts)).isEmpty();
    }

    @Test
    void aRouteByTheRulesIsWell() {
        assertThat(with("tried", route("tried", "direct:tried", HARMLESS))).isEmpty();
    }

    private static String fileStep(String id, String parameters) {
        return route(
                id,
                "direct:" + id,
                step("to: {id: t, uri: 'file:/backups', parameters: {autoCreate: true" + parameters + "}}"));
    }

    private static void findsOfStore(String name, String text, String yaml) {
        assertThat(with(name, yaml)).anySatisfy(finding -> {
            assertThat(finding.rule()).isEqualTo("store");
            assertThat(finding.text()).contains(text);
        });
    }

    @Test
    void everyRuleFindsItsFault() {
        finds("yaml", "tried", "- route:\n    id: [\n");
        finds("schema", "tried", route("tried", "direct:tried", step("logg: {id: tried-log, message: tried}")));
        finds("endpoint", "tried", route("tried", "timer:tried?perriod=5", HARMLESS));
        finds("file-name", "tried", route("other", "direct:tried", HARMLESS));
        finds("one-route", "tried", "[]");
        finds("description", "tried", route("tried", "direct:tried", HARMLESS).replaceFirst("A route.*", "None"));
        finds("configuration", "tried", route("tried", "direct:tried", HARMLESS).replace("caller-", "nobody-"));
        finds("headers", "tried", route("tried", "file:/in", HARMLESS));
        finds("step-id", "tried", route("tried", "direct:tried", step("log: {message: tried}")));
        finds("step-id", "tried", route("tried", "direct:tried", step("log: {id: seal, message: tried}")));
        finds("bean-method", "tried", route("tried", "direct:tried", step("bean: {id: t, ref: sealBackup}")));
        finds(
                "home",
                "tried",
                route("tried", "direct:tried", step("bean: {id: t, ref: publishBackup, method: publish}")));
        finds("buffering", "tried", route("tried", "direct:tried", step("marshal: {id: t, gzipDeflater: {}}")));
        String put = "store-tried-put";
        String temp = ", tempFileName: '${file:onlyname}.part', fileExist: Fail";
        assertThat(with(put, route(put, "direct:" + put, HARMLESS)))
                .extracting(Finding::text)
                .containsExactly(
                        "is one of five, and there is no store-tried-open",
                        "is one of five, and there is no store-tried-list",
                        "is one of five, and there is no store-tried-stat",
                        "is one of five, and there is no store-tried-delete");
        findsOfStore(put, "begins at", route(put, "direct:other", HARMLESS));
        findsOfStore(put, "lacks tempFileName", fileStep(put, ", fileExist: Fail"));
        findsOfStore(put, "lacks fileExist", fileStep(put, temp.replace("Fail", "Override")));
        findsOfStore(
                put, "reads the whole body", route(put, "direct:" + put, step("log: {id: t, message: '${body}'}")));
        assertThat(with(put, fileStep(put, temp))).hasSize(4);
        findsOfStore(put, "sizedBody", route(put, "direct:" + put, step("to: {id: t, uri: 'http:web'}")));
        String open = "store-tried-open";
        findsOfStore(
                open, "lacks disableStreamCache", route(open, "direct:" + open, step("to: {id: t, uri: 'http:web'}")));
        finds("exec", "tried", route("tried", "direct:tried", step("to: {id: t, uri: 'exec:pg_dump'}")));
    }

    @Test
    void everyNotationOfAnEndpointIsLookedAt() {
        finds(
                "exec",
                "tried",
                route("tried", "direct:tried", step("to: {id: t, uri: exec, parameters: {executable: x}}")));
        finds("bean-method", "tried", route("tried", "direct:tried", step("to: {id: t, uri: 'bean:sealBackup'}")));
        finds("bean-method", "tried", route("tried", "direct:tried", step("toD: {id: t, uri: 'bean:sealBackup'}")));
        finds(
                "home",
                "tried",
                route("tried", "direct:tried", step("to: {id: t, uri: 'bean:publishBackup?method=publish'}")));
        finds(
                "home",
                "tried",
                route(
                        "tried",
                        "direct:tried",
                        step("to: {id: t, uri: bean, parameters: {beanName: publishBackup, method: publish}}")));
    }

    private static void finds(String rule, String name, String yaml) {
        assertThat(with(name, yaml))
                .as(rule + " in\n" + yaml)
                .anySatisfy(finding -> assertThat(finding.rule()).isEqualTo(rule));
    }

    @Test
    void aRouteFromOutsideThatLetsNoHeaderInIsWell() {
        assertThat(with(
                        "tried",
                        route("tried", "file:/in", step("removeHeaders: {id: tried-strip, pattern: '*'}"), HARMLESS)))
                .isEmpty();
    }

    @Test
    void whatKeepsThemFromStartingIsFound() {
        CheckRoutes check = new CheckRoutes(() -> {
            throw new Refused("the routes cannot be used: no component sftp", "Add it.");
        });

        assertThat(check.check(SHIPPED))
                .containsExactly(new Finding("", "start", "the routes cannot be used: no component sftp"));
    }
}
