package io.agentflow.dr.app;

import io.agentflow.dr.cli.AfCommandLine;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.cli.Session;
import io.agentflow.dr.cli.Terminal;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.Early;
import io.agentflow.dr.route.Routes;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/** Starts {@code af}. */
public final class AfMain {
    /** The version that manifests and {@code --version} show. */
    public static final String VERSION = version();

    private static final long CLEAN_UP_SECONDS = 15;

    private AfMain() {}

    private static String version() {
        String packaged = AfMain.class.getPackage().getImplementationVersion();
        return packaged == null ? "development" : packaged;
    }

    /** Runs one command and exits with its code. */
    public static void main(String... arguments) {
        Terminal terminal = Terminal.system();
        AtomicReference<@Nullable AfOperations> operations = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        // A signal ends the children and deletes what is unpublished before the JVM goes; its exit code stays 128 + n.
        AtomicBoolean ending = new AtomicBoolean();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> cleanUp(operations.get(), terminal, ending, ended), "clean-up"));
        if (!named("backup", "list", arguments)) {
            // The first class or file that is in none of the libraries has all of them opened. Picocli asks for one:
            // Groovy's. (An index of them, "jar -i", finds of each name only the first file: Camel's converters are
            // many.)
            new Early<>("open-libraries", () -> String.valueOf(AfMain.class.getResource("/none")));
        }
        Path home = Path.of(System.getProperty("af.home", "."));
        int code = run(terminal, System.getenv(), home, operations, arguments);
        boolean signalled = !ending.compareAndSet(false, true);
        ended.countDown();
        if (signalled) {
            // Once the hook is done, exit would race with the signal for the exit code, and might win.
            while (true) {
                LockSupport.park();
            }
        } else {
            System.exit(code);
        }
    }

    /**
     * Runs one command within a process that goes on.
     *
     * @param environment instead of the process's own
     * @param home where af is installed: its routes lie there
     * @return the exit code
     */
    public static int run(Terminal terminal, Map<String, String> environment, Path home, String... arguments) {
        AtomicReference<@Nullable AfOperations> operations = new AtomicReference<>();
        return run(terminal, environment, home, operations, arguments);
    }

    private static int run(
            Terminal terminal,
            Map<String, String> environment,
            Path home,
            AtomicReference<@Nullable AfOperations> operations,
            String... arguments) {
        Clock clock = Clock.systemUTC();
        Early<DefaultCamelContext> camel =
                named("backup", "create", arguments) || named("backup", "restore", arguments) ? preparing() : null;
        List<AfOperations> used = new CopyOnWriteArrayList<>();
        Session session = new Session(
                terminal, environment, clock, VERSION, new Opening(environment, clock, home, camel, operations, used));
        int code = AfCommandLine.run(session, arguments);
        for (AfOperations each : used) {
            each.tell();
        }
        return code;
    }

    private static boolean named(String group, String name, String... arguments) {
        return arguments.length > 1 && arguments[0].equals(group) && arguments[1].equals(name);
    }

    /** A command that will go through routes need not have read its arguments before Camel begins to start. */
    private static Early<DefaultCamelContext> preparing() {
        return new Early<>("prepare-camel", Routes::prepare);
    }

    /**
     * Makes the operations once the configuration is known. No lambda: one that holds so much has the JVM write code at
     * every start, and one that makes a Camel context loads Camel's classes for commands that need none.
     */
    private record Opening(
            Map<String, String> environment,
            Clock clock,
            Path home,
            @Nullable Early<DefaultCamelContext> camel,
            AtomicReference<@Nullable AfOperations> current,
            List<AfOperations> used)
            implements Function<AfConfig, Operations> {
        @Override
        public Operations apply(AfConfig config) {
            AfOperations made = new AfOperations(
                    config,
                    environment.getOrDefault("PATH", ""),
                    clock,
                    home,
                    Caller.of(environment),
                    camel == null ? Routes::prepare : camel);
            current.set(made);
            used.add(made);
            return made;
        }
    }

    private static void cleanUp(
            @Nullable AfOperations operations, Terminal terminal, AtomicBoolean ending, CountDownLatch ended) {
        ending.set(true);
        if (operations == null) {
            return;
        }
        operations.close();
        if (terminal.waiting()) {
            // Nothing runs while a question stands or a list is read, and no signal ends the wait for an answer.
            return;
        }
        try {
            // Who hangs for longer is left behind; what he leaves is swept by the next run.
            boolean clean = ended.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS);
            if (!clean) {
                operations.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
