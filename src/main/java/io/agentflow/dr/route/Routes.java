package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.spi.SupervisingRouteController;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** The routes of a folder, started and ready to be sent to. */
public final class Routes implements AutoCloseable {
    private static final String ENDING = ".camel.yaml";
    /** The routes that begin at a broker. */
    private static final String BROKERS = "request-jms";

    /** Without these there is no way in; Camel itself starts silently on an empty folder. */
    private static final List<String> ENTRIES =
            List.of("backup-create", "backup-verify", "backup-restore", "restore-undo");

    private final CamelContext context;
    private final ProducerTemplate template;

    private Routes(CamelContext context) {
        this.context = context;
        this.template = context.createProducerTemplate();
    }

    /**
     * Loads every {@code *.camel.yaml} below the folder, and starts the routes that begin with {@code direct:}: a command
     * listens to nothing.
     *
     * @param beans what the routes call, by name
     * @param properties what their placeholders stand for
     * @throws AfException if a route cannot be read or one that af enters by is missing
     */
    public static Routes start(Path folder, Map<String, Object> beans, Properties properties) {
        return start(
                folder,
                beans,
                properties,
                context -> context.setRouteFilter(
                        route -> route.getInput().getEndpointUri().startsWith("direct:")));
    }

    /** The same with every route, for a service. */
    public static Routes serve(Path folder, Map<String, Object> beans, Properties properties) {
        return start(folder, beans, properties, Routes::supervise);
    }

    /** A broker that is not there when the service starts must not hinder the schedules: its route is tried again. */
    private static void supervise(DefaultCamelContext context) {
        SupervisingRouteController controller = context.getRouteController().supervising();
        controller.setIncludeRoutes(BROKERS);
        controller.setInitialDelay(0);
        controller.setBackOffDelay(2_000);
        controller.setBackOffMultiplier(1.5);
        controller.setBackOffMaxDelay(60_000);
    }

    private static Routes start(
            Path folder, Map<String, Object> beans, Properties properties, Consumer<DefaultCamelContext> prepare) {
        DefaultCamelContext context = new DefaultCamelContext();
        context.getCamelContextExtension().setName("af");
        context.disableJMX();
        // A dump is a live stream: cached it would be held in memory.
        context.setStreamCaching(false);
        context.setAutoStartup(true);
        context.getShutdownStrategy().setTimeout(10);
        context.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
        prepare.accept(context);
        beans.forEach(context.getRegistry()::bind);
        context.getCamelContextExtension().addInterceptStrategy(new StepEvents());
        context.setPropertiesComponent(placeholders(properties));
        try {
            RoutesLoader loader = PluginHelper.getRoutesLoader(context);
            loader.loadRoutes(resources(context, folder));
            context.start();
        } catch (Exception e) {
            throw broken(folder, rootMessage(e), e);
        }
        for (String entry : ENTRIES) {
            if (context.getRoute(entry) == null) {
                throw broken(folder, "there is no route " + entry, null);
            }
        }
        return new Routes(context);
    }

    /** af has read the environment, and in its own units: to Camel, AF_RETRY_DELAY=1s is no number of milliseconds. */
    private static PropertiesComponent placeholders(Properties properties) {
        PropertiesComponent placeholders = new PropertiesComponent();
        placeholders.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
        placeholders.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
        placeholders.setInitialProperties(properties);
        return placeholders;
    }

    private static AfException broken(Path folder, String why, @org.jspecify.annotations.Nullable Exception e) {
        return new AfException(
                ExitCode.REFUSED,
                "the routes in " + folder + " cannot be used: " + why,
                "Mend them, or take those that af came with: unset af.routes.",
                e);
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private static List<Resource> resources(CamelContext context, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Resource> resources = new ArrayList<>();
            for (Path file : (Iterable<Path>)
                    files.filter(f -> f.toString().endsWith(ENDING)).sorted()::iterator) {
                resources.add(ResourceHelper.resolveMandatoryResource(context, "file:" + file.toAbsolutePath()));
            }
            return resources;
        }
    }

    /**
     * Makes a route of the template {@code schedule}.
     *
     * @param act backup or verify
     * @param cron as Quartz writes it
     * @throws AfException if the template is missing or broken
     */
    public void schedule(String act, String database, String cron) {
        try {
            context.addRouteFromTemplate(
                    "schedule-" + act + "-" + database,
                    "schedule",
                    Map.of("act", act, "database", database, "cron", cron));
        } catch (Exception e) {
            throw new AfException(
                    ExitCode.REFUSED,
                    "the route template schedule cannot be used: " + rootMessage(e),
                    "Mend routes/schedule/schedule.camel.yaml, or take the one that af came with.",
                    e);
        }
    }

    public CamelContext context() {
        return context;
    }

    /** Whether there is a route of this id. */
    public boolean has(String id) {
        return context.getRoute(id) != null;
    }

    /** Sends a message to a route that yields nothing. @throws AfException if it failed */
    public void send(String endpoint, Object body) {
        Exception failure = template.send(
                        endpoint, exchange -> exchange.getMessage().setBody(body))
                .getException();
        if (failure != null) {
            AfException known = AfException.in(failure);
            throw known != null ? known : new OperationFailed(endpoint + ": " + rootMessage(failure), "", failure);
        }
    }

    /** Has a dead-letter report written of something that failed outside of every route. */
    public void report(Operation operation, Throwable failure) {
        template.send("direct:dead-letter", exchange -> {
            exchange.setProperty(StepEvents.OPERATION, operation);
            exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
        });
    }

    /** Runs operations through these routes. */
    public RunOperation operations() {
        return new RunOperation(template);
    }

    @Override
    public void close() {
        context.stop();
    }
}
