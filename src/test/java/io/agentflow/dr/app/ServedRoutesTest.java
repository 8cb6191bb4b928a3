package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.Refused;
import io.agentflow.dr.route.RouteTexts;
import io.agentflow.dr.route.Routes;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServedRoutesTest {
    private static final RouteTexts OLD = texts("old");
    private static final RouteTexts NEW = texts("new");

    private final List<String> said = new ArrayList<>();
    /** What the next starts fail with; an empty text lets one succeed. */
    private final Deque<String> failures = new ArrayDeque<>();

    private RouteTexts folder = OLD;

    /** The routes that af enters by, each of which says whose it is. */
    private static RouteTexts texts(String whose) {
        return new RouteTexts(Map.of(
                Path.of(whose + ".camel.yaml"),
                Stream.of("backup-create", "backup-verify", "backup-restore", "restore-undo")
                        .map(id -> "- route:\n    id: " + id + "\n    from:\n      uri: direct:" + id
                                + "\n      steps:\n        - setBody: {constant: " + whose + "}\n")
                        .collect(Collectors.joining())));
    }

    private ServedRoutes served() {
        return new ServedRoutes(
                () -> folder,
                texts -> {},
                (texts, gap) -> {
                    String failure = failures.isEmpty() ? "" : failures.remove();
                    if (!failure.isEmpty()) {
                        throw new Refused(failure, "");
                    }
                    return Routes.serve(texts, Map.of(), new Properties());
                },
                Clock.systemUTC(),
                said::add);
    }

    private static String whose(ServedRoutes routes) {
        return routes.through(current ->
                current.context().createProducerTemplate().requestBody("direct:backup-create", "", String.class));
    }

    private static void lookTwice(ServedRoutes routes) {
        routes.look();
        routes.look();
    }

    @Test
    void aChangedFileCounts() {
        try (ServedRoutes routes = served()) {
            routes.begin();
            assertThat(whose(routes)).isEqualTo("old");

            folder = NEW;
            lookTwice(routes);

            assertThat(whose(routes)).isEqualTo("new");
            assertThat(routes.complaint()).isEmpty();
            assertThat(said).last().asString().contains("count from now on");
        }
    }

    @Test
    void theOldOnesComeBackWhenNeitherCanBeStartedForAWhile() {
        try (ServedRoutes routes = served()) {
            routes.begin();
            folder = NEW;
            failures.addAll(List.of("the new ones are broken", "no connection", ""));

            lookTwice(routes);

            assertThat(whose(routes)).isEqualTo("old");
            assertThat(routes.complaint()).contains("the next start would fail");
            assertThat(said)
                    .anySatisfy(line -> assertThat(line).contains("the old ones go on: the new ones are broken"))
                    .anySatisfy(line -> assertThat(line).contains("cannot be started again yet: no connection"));
            lookTwice(routes);
            assertThat(whose(routes)).as("what was refused is not tried again").isEqualTo("old");

            folder = OLD;
            lookTwice(routes);
            assertThat(routes.complaint()).isEmpty();
        }
    }
}
