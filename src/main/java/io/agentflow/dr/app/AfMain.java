package io.agentflow.dr.app;

import io.agentflow.dr.cli.AfCommandLine;
import io.agentflow.dr.cli.Session;
import io.agentflow.dr.cli.Terminal;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Starts {@code af}. */
public final class AfMain {
    /** The version that manifests and {@code --version} show. */
    public static final String VERSION = version();

    private static final long CLEAN_UP_SECONDS = 40;

    private AfMain() {}

    private static String version() {
        String packaged = AfMain.class.getPackage().getImplementationVersion();
        return packaged == null ? "development" : packaged;
    }

    /** Runs one command and exits with its code. */
    public static void main(String... arguments) {
        Clock clock = Clock.systemUTC();
        Map<String, String> environment = System.getenv();
        Path home = Path.of(System.getProperty("af.home", "."));
        AtomicReference<@Nullable AfOperations> operations = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        // A signal ends the children and deletes what is unpublished before the JVM goes; its exit code stays 128 + n.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(operations.get(), ended), "clean-up"));
        Session session = new Session(Terminal.system(), environment, clock, config -> {
            AfOperations made = new AfOperations(config, environment.getOrDefault("PATH", ""), clock, home);
            operations.set(made);
            return made;
        });
        int code = AfCommandLine.run(session, VERSION, arguments);
        ended.countDown();
        System.exit(code);
    }

    private static void cleanUp(@Nullable AfOperations operations, CountDownLatch ended) {
        if (operations == null) {
            return;
        }
        operations.close();
        try {
            if (!ended.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
