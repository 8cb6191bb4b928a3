package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** The routes of a folder, started and ready to be sent to. */
public final class Routes implements AutoCloseable {
    private static final String ENDING = ".camel.yaml";

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
     * Loads and starts every {@code *.camel.yaml} below the folder.
     *
     * @param beans what the routes call, by name
     * @param properties what their placeholders stand for
     * @throws AfException if a route cannot be read or one that af enters by is missing
     */
    public static Routes start(Path folder, Map<String, Object> beans, Properties properties) {
        return start(prepare(), folder, beans, properties);
    }

    /** Camel without routes: what takes time and does not depend on them, or on any configuration. */
    public static DefaultCamelContext prepare() {
        DefaultCamelContext context = new DefaultCamelContext();
        PluginHelper.getRoutesLoader(context);
        return context;
    }

    /** {@link #start(Path, Map, Properties)} in a context of {@link #prepare}. */
    public static Routes start(
            DefaultCamelContext context, Path folder, Map<String, Object> beans, Properties properties) {
        context.getCamelContextExtension().setName("af");
        context.disableJMX();
        // A dump is a live stream: cached it would be held in memory.
        context.setStreamCaching(false);
        context.setAutoStartup(true);
        context.getShutdownStrategy().setTimeout(10);
        context.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
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

    /** Runs operations through these routes. */
    public RunOperation operations() {
        return new RunOperation(template);
    }

    @Override
    public void close() {
        context.stop();
    }
}
