package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationFailed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;

/** The routes of some files, started and ready to be sent to. */
public final class Routes implements AutoCloseable {
    /** Without these there is no way in; Camel itself starts silently on an empty folder. */
    private static final List<String> ENTRIES =
            List.of("backup-create", "backup-verify", "backup-restore", "restore-undo");

    private final CamelContext context;
    private final ProducerTemplate template;

    private Routes(CamelContext context) {
        this.context = context;
        this.template = context.createProducerTemplate();
    }

    /** Camel without routes: what takes time and does not depend on them, or on any configuration. */
    public static DefaultCamelContext prepare() {
        DefaultCamelContext context = new DefaultCamelContext();
        PluginHelper.getRoutesLoader(context);
        return context;
    }

    /**
     * Starts what one operation of a command needs: the routes that begin at {@code direct:}. What waits for messages,
     * files or times of the day is left out.
     *
     * @param context of {@link #prepare}
     * @param texts all, or {@link RouteTexts#reachedFrom those that the entry reaches}
     * @param entry such as {@code direct:backup-create}; the route that begins there has its name
     * @param beans what the routes call, by name
     * @param properties what their placeholders stand for
     * @throws AfException if a route cannot be read or the one that is entered by is missing
     */
    public static Routes start(
            DefaultCamelContext context,
            RouteTexts texts,
            String entry,
            Map<String, Object> beans,
            Properties properties) {
        load(context, texts, beans, properties, route -> begins(route, "direct:"));
        return started(context, List.of(entry.replaceFirst("direct:", "")));
    }

    /**
     * Starts the routes that begin at {@code direct:}, among them those of a store.
     *
     * @param entries ids of routes that must be there
     * @throws AfException if a route cannot be read or one of the entries is missing
     */
    public static Routes ofStore(
            RouteTexts texts, List<String> entries, Map<String, Object> beans, Properties properties) {
        return started(load(prepare(), texts, beans, properties, route -> begins(route, "direct:")), entries);
    }

    private static boolean begins(RouteDefinition route, String at) {
        return route.getInput().getEndpointUri().startsWith(at);
    }

    /**
     * Starts all routes, for a service.
     *
     * @throws AfException if a route cannot be read or one that af enters by is missing
     */
    public static Routes serve(RouteTexts texts, Map<String, Object> beans, Properties properties) {
        return started(load(prepare(), texts, beans, properties, route -> true), ENTRIES);
    }

    /**
     * Builds all routes, starts none of them, and lets them go again.
     *
     * @throws AfException if they could not be started
     */
    public static void check(RouteTexts texts, Map<String, Object> beans, Properties properties) {
        DefaultCamelContext context = load(prepare(), texts, beans, properties, route -> true);
        context.setAutoStartup(false);
        started(context, ENTRIES).close();
    }

    private static DefaultCamelContext load(
            DefaultCamelContext context,
            RouteTexts texts,
            Map<String, Object> beans,
            Properties properties,
            Function<RouteDefinition, Boolean> wanted) {
        context.getCamelContextExtension().setName("af");
        context.disableJMX();
        // A dump is a live stream: cached it would be held in memory.
        context.setStreamCaching(false);
        context.setAutoStartup(true);
        context.getShutdownStrategy().setTimeout(10);
        context.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
        context.setRouteFilter(wanted);
        beans.forEach(context.getRegistry()::bind);
        context.getCamelContextExtension().addInterceptStrategy(new StepEvents());
        context.setPropertiesComponent(placeholders(properties));
        try {
            PluginHelper.getRoutesLoader(context).loadRoutes(resources(texts));
        } catch (Exception e) {
            throw broken(why(e), e);
        }
        return context;
    }

    private static Routes started(DefaultCamelContext context, List<String> entries) {
        try {
            context.start();
        } catch (Exception e) {
            context.stop();
            throw broken(why(e), e);
        }
        for (String entry : entries) {
            if (context.getRoute(entry) == null) {
                context.stop();
                throw broken("there is no route " + entry, null);
            }
        }
        return new Routes(context);
    }

    static List<Resource> resources(RouteTexts texts) {
        return texts.files().entrySet().stream()
                .map(file -> ResourceHelper.fromString("file:" + file.getKey().toAbsolutePath(), file.getValue()))
                .toList();
    }

    /** af has read the environment, and in its own units: to Camel, AF_RETRY_DELAY=1s is no number of milliseconds. */
    static PropertiesComponent placeholders(Properties properties) {
        PropertiesComponent placeholders = new PropertiesComponent();
        placeholders.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
        placeholders.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
        placeholders.setInitialProperties(properties);
        return placeholders;
    }

    private static AfException broken(String why, @Nullable Exception e) {
        return new AfException(
                ExitCode.REFUSED,
                "the routes cannot be used: " + why,
                "See 'af routes check'; or take those that af came with: unset af.routes and af.extra-routes.",
                e);
    }

    private static String why(Throwable failure) {
        String route = "";
        Throwable root = failure;
        while (root.getCause() != null) {
            if (root instanceof FailedToCreateRouteException of) {
                route = "route " + of.getRouteId() + ": ";
            }
            root = root.getCause();
        }
        return route
                + root.getMessage()
                + (root instanceof NoSuchEndpointException
                        ? " (scripts/fetch-component.sh fetches it, AF_LIB names the folder)"
                        : "");
    }

    /**
     * Makes a route of the template {@code schedule}.
     *
     * @param act backup or verify
     * @param cron as Quartz writes it
     * @param lookBack fire times of so long ago count as missed, if they were not used
     * @throws AfException if the template is missing or broken
     */
    public void schedule(String act, String database, String cron, Duration lookBack) {
        try {
            context.addRouteFromTemplate(
                    "schedule-" + act + "-" + database,
                    "schedule",
                    Map.of(
                            "act",
                            act,
                            "database",
                            database,
                            "cron",
                            cron,
                            "startDelay",
                            String.valueOf(-lookBack.toMillis())));
        } catch (Exception e) {
            throw new AfException(
                    ExitCode.REFUSED,
                    "the route template schedule cannot be used: " + why(e),
                    "Mend routes/schedule/schedule.camel.yaml, or take the one that af came with.",
                    e);
        }
    }

    /**
     * Lets nothing more in, unless something is on its way.
     *
     * @return false if something is: then all goes on
     */
    public boolean suspend() {
        if (context.getInflightRepository().size() > 0) {
            return false;
        }
        context.suspend();
        if (context.getInflightRepository().size() == 0) {
            return true;
        }
        context.resume();
        return false;
    }

    /** Lets no schedule fire until {@link #release}; fire times that come meanwhile are made up for then. */
    public void hold() {
        onScheduler(Scheduler::standby);
    }

    /** Lets schedules fire. */
    public void release() {
        onScheduler(Scheduler::start);
    }

    /** What is done with Quartz's scheduler. */
    private interface Act {
        void on(Scheduler scheduler) throws SchedulerException;
    }

    private void onScheduler(Act act) {
        QuartzComponent quartz = context.getComponent("quartz", QuartzComponent.class);
        Scheduler scheduler = quartz == null ? null : quartz.getScheduler();
        try {
            // Routes that were let go have none any more.
            if (scheduler != null && !scheduler.isShutdown()) {
                act.on(scheduler);
            }
        } catch (SchedulerException e) {
            throw new AfException(
                    ExitCode.REFUSED,
                    "the schedules cannot be used: " + e.getMessage(),
                    "With af.cluster.database-url, check that the role may read and write qrtz_*.",
                    e);
        }
    }

    /** What fires the schedules. */
    public Scheduler scheduler() {
        // Asked for by Camel's own way, the component is there and started, whether a route has used it yet or not.
        return context.getComponent("quartz", QuartzComponent.class).getScheduler();
    }

    public CamelContext context() {
        return context;
    }

    /** Whether there is a route of this id. */
    public boolean has(String id) {
        return context.getRoute(id) != null;
    }

    /**
     * Sends something to a route that yields nothing.
     *
     * @throws AfException if it failed
     */
    public void send(String endpoint, Object body) {
        Exception failure = template.send(
                        endpoint, exchange -> exchange.getMessage().setBody(body))
                .getException();
        if (failure != null) {
            AfException known = AfException.in(failure);
            throw known != null ? known : new OperationFailed(endpoint + ": " + why(failure), "", failure);
        }
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
