package io.agentflow.dr.store;

import io.agentflow.dr.route.Routes;
import io.agentflow.dr.testing.LocalNginx;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The contract by the routes of {@code routes/examples/store-web}, against nginx. */
class WebStoreIT extends RouteStoreContract {
    private static final String NAME = "web";

    @TempDir
    static Path folder;

    private static LocalNginx nginx;

    private Routes routes;
    private Path remote;

    @BeforeAll
    static void start() {
        nginx = LocalNginx.start(folder);
    }

    @AfterAll
    static void stop() {
        nginx.close();
    }

    @BeforeEach
    void begin(TestInfo test) {
        String place = test.getTestMethod().orElseThrow().getName();
        remote = nginx.place(place);
        routes = example(NAME, nginx.address(place));
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Override
    String example() {
        return NAME;
    }

    @Override
    Routes routes() {
        return routes;
    }

    @Override
    Path remote() {
        return remote;
    }

    @Override
    Routes lying(String put) {
        return started(
                NAME, nginx.address(String.valueOf(remote.getFileName())), Map.of("store-web-put.camel.yaml", put));
    }
}
