package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * The routes of the folder {@code notify}, one for each recipient, in a Camel context of their own: nothing that a
 * recipient does reaches the routes of operations. No message of a failure holds an address, which may hold a token.
 */
public final class NotifyRoutes implements AutoCloseable {
    /** The folder below that of all routes. */
    public static final String FOLDER = "notify";

    private static final String TEMPLATE = "notify";
    private static final String CONTENT_TYPE = "afContentType";
    private static final Pattern STATUS = Pattern.compile("statusCode: (\\d{3})");
    /** A recipient over HTTP that does not answer costs its queue so much, in milliseconds. */
    private static final String PATIENCE = "connectTimeout=5000&responseTimeout=10000&soTimeout=10000";

    private final CamelContext context;
    private final ProducerTemplate template;

    private NotifyRoutes(CamelContext context) {
        this.context = context;
        this.template = context.createProducerTemplate();
    }

    /**
     * Starts them.
     *
     * @param folder of all routes
     * @param recipients name to Camel's address
     * @throws AfException if the template is missing or an address cannot be used
     */
    public static NotifyRoutes start(Path folder, Map<String, String> recipients) {
        DefaultCamelContext context = new DefaultCamelContext();
        context.getCamelContextExtension().setName("af-notify");
        context.disableJMX();
        context.setStreamCaching(false);
        context.getShutdownStrategy().setTimeout(1);
        context.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
        try {
            PluginHelper.getRoutesLoader(context).loadRoutes(resources(context, folder.resolve(FOLDER)));
            context.start();
        } catch (Exception e) {
            throw broken(
                    "the routes in " + folder.resolve(FOLDER) + " cannot be used: "
                            + e.getClass().getSimpleName(),
                    e);
        }
        recipients.forEach((name, uri) -> add(context, name, uri));
        return new NotifyRoutes(context);
    }

    private static List<Resource> resources(CamelContext context, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Resource> resources = new ArrayList<>();
            for (Path file : (Iterable<Path>)
                    files.filter(f -> f.toString().endsWith(Routes.ENDING)).sorted()::iterator) {
                resources.add(ResourceHelper.resolveMandatoryResource(context, "file:" + file.toAbsolutePath()));
            }
            return resources;
        }
    }

    private static void add(CamelContext context, String name, String uri) {
        try {
            context.addRouteFromTemplate("notify-" + name, TEMPLATE, Map.of("recipient", name, "uri", patient(uri)));
        } catch (Exception e) {
            throw broken("the recipient " + name + " cannot be used: " + why(e), e);
        }
    }

    private static String patient(String uri) {
        boolean http = uri.toLowerCase(Locale.ROOT).matches("https?:.*") && !uri.contains("responseTimeout");
        return http ? uri + (uri.contains("?") ? "&" : "?") + PATIENCE : uri;
    }

    private static AfException broken(String what, Exception e) {
        // The cause is left out: its message holds the address.
        return new AfException(
                ExitCode.REFUSED,
                what,
                "See docs/operations.md for af.events.uri, af.notify.uris and af.dead-letter.uri.",
                new IllegalStateException(e.getClass().getName()));
    }

    /** Tells one recipient. @throws IllegalStateException if it could not be told; without its address */
    public void send(String recipient, String contentType, byte[] json) {
        Exchange ended = template.send("direct:notify-" + recipient, exchange -> {
            exchange.setProperty(CONTENT_TYPE, contentType);
            exchange.getMessage().setBody(json);
        });
        Exception failure = ended.getException();
        if (failure != null) {
            throw new IllegalStateException(why(failure));
        }
    }

    /** The kind of failure, and the status that a server answered. */
    private static String why(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        Matcher status = STATUS.matcher(String.valueOf(root.getMessage()));
        return root.getClass().getSimpleName() + (status.find() ? ", status " + status.group(1) : "");
    }

    @Override
    public void close() {
        context.stop();
    }
}
