package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Causes;
import io.agentflow.dr.core.ExitCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;

/**
 * The routes of the folder {@code notify}, one for each recipient, in a Camel context of their own: nothing that a
 * recipient does reaches the routes of operations. No message of a failure holds an address, which may hold a token.
 */
public final class NotifyRoutes implements AutoCloseable {
    private static final String TEMPLATE = "notify";
    private static final String CONTENT_TYPE = "afContentType";
    private static final Pattern STATUS = Pattern.compile("statusCode: (\\d{3})");
    /**
     * A recipient over HTTP that does not answer costs its queue so much, in milliseconds; what it answers is not held in
     * memory.
     */
    private static final List<String> PATIENCE =
            List.of("connectTimeout=5000", "responseTimeout=10000", "soTimeout=10000", "ignoreResponseBody=true");

    private final CamelContext context;
    private final ProducerTemplate template;

    private NotifyRoutes(CamelContext context) {
        this.context = context;
        this.template = context.createProducerTemplate();
    }

    /**
     * Starts them.
     *
     * @param texts of {@link RouteTexts#notifying}
     * @param recipients name to Camel's address
     * @throws AfException if the template is missing or an address cannot be used
     */
    public static NotifyRoutes start(RouteTexts texts, Map<String, String> recipients) {
        DefaultCamelContext context = new DefaultCamelContext();
        context.getCamelContextExtension().setName("af-notify");
        context.disableJMX();
        context.setStreamCaching(false);
        context.getShutdownStrategy().setTimeout(1);
        context.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
        context.setPropertiesComponent(Routes.placeholders(new Properties()));
        // A recipient that is away when af starts is a recipient that fails, and keeps nothing from starting.
        context.getGlobalEndpointConfiguration().setLazyStartProducer(true);
        try {
            load(context, texts);
            recipients.forEach((name, uri) -> add(context, name, uri));
            return new NotifyRoutes(context);
        } catch (AfException e) {
            context.stop();
            throw e;
        }
    }

    private static void load(DefaultCamelContext context, RouteTexts texts) {
        try {
            PluginHelper.getRoutesLoader(context).loadRoutes(Routes.resources(texts));
            context.start();
        } catch (Exception e) {
            throw broken(
                    "the routes in routes/notify cannot be used: "
                            + e.getClass().getSimpleName(),
                    e);
        }
    }

    private static void add(CamelContext context, String name, String uri) {
        try {
            context.addRouteFromTemplate("notify-" + name, TEMPLATE, Map.of("recipient", name, "uri", patient(uri)));
        } catch (Exception | LinkageError e) {
            throw broken("the recipient " + name + " cannot be used: " + why(e), e);
        }
    }

    private static String patient(String uri) {
        if (!uri.toLowerCase(Locale.ROOT).matches("https?:.*")) {
            return uri;
        }
        String options = PATIENCE.stream()
                .filter(option -> !uri.contains(option.replaceFirst("=.*", "=")))
                .collect(Collectors.joining("&"));
        return options.isEmpty() ? uri : uri + (uri.contains("?") ? "&" : "?") + options;
    }

    private static AfException broken(String what, Throwable e) {
        // The cause is left out: its message holds the address.
        return new AfException(
                ExitCode.REFUSED,
                what,
                "See docs/operations.md for af.events.uri, af.notify.uris and af.dead-letter.uri.",
                new IllegalStateException(e.getClass().getName()));
    }

    /** Tells one recipient. @throws IllegalStateException if it could not be told; without its address */
    public void send(String recipient, String contentType, String json) {
        Exchange ended = template.send("direct:notify-" + recipient, exchange -> {
            exchange.setProperty(CONTENT_TYPE, contentType);
            exchange.getMessage().setBody(json.getBytes(StandardCharsets.UTF_8));
        });
        Exception failure = ended.getException();
        if (failure != null) {
            throw new IllegalStateException(why(failure));
        }
    }

    /** The kind of failure, and the status that a server answered. */
    private static String why(Throwable failure) {
        Throwable root = Causes.root(failure);
        Matcher status = STATUS.matcher(String.valueOf(root.getMessage()));
        return root.getClass().getSimpleName() + (status.find() ? ", status " + status.group(1) : "");
    }

    @Override
    public void close() {
        context.stop();
    }
}
