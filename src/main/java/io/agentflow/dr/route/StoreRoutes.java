package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Causes;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.jspecify.annotations.Nullable;

/**
 * The five routes of one store, and what is said to them: variables {@code key}, {@code folder}, {@code bytes} and
 * {@code sha256}, and {@code CamelFileName}, by which Camel's components for files name the file.
 */
final class StoreRoutes {
    /** What answers the same until somebody mends it. */
    private static final Pattern LASTING =
            Pattern.compile("(?i)permission denied|access denied|auth fail|host ?key|unauthorized|forbidden");

    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REDIRECTION = 300;
    private static final int SERVER_ERROR = 500;
    private static final int NOT_FOUND = 404;

    private final String name;
    private final Supplier<Routes> routes;
    private final UnaryOperator<String> masked;

    /**
     * @param routes started when they are first needed
     * @param masked takes secrets out of what a component says
     */
    StoreRoutes(String name, Supplier<Routes> routes, UnaryOperator<String> masked) {
        this.name = name;
        this.routes = routes;
        this.masked = masked;
    }

    /** What a store is asked for, each by a route of its own. */
    enum Act {
        PUT,
        OPEN,
        LIST,
        STAT,
        DELETE;

        /** The id of the route that does it: {@code store-offsite-put}. */
        String route(String store) {
            return "store-" + store + "-" + name().toLowerCase(Locale.ROOT);
        }
    }

    /** The ids of the routes that make a store. */
    static List<String> of(String store) {
        return Arrays.stream(Act.values()).map(act -> act.route(store)).toList();
    }

    /** What a route has answered. What its components hold open, such as a connection, they hold until it is closed. */
    record Answer(Exchange exchange, UnitOfWork work) implements AutoCloseable {
        @Nullable
        InputStream stream() {
            return exchange.getMessage().getBody(InputStream.class);
        }

        String text() {
            String text = exchange.getMessage().getBody(String.class);
            return text == null ? "" : text.strip();
        }

        @Override
        public void close() {
            work.done(exchange);
        }
    }

    /**
     * Calls one.
     *
     * @param store whose failure it is
     * @return what it answered; nothing if it said that there is no such thing
     * @throws AfException if it failed
     */
    Optional<Answer> call(ObjectStore store, Act act, Map<String, Object> variables, @Nullable Object body) {
        CamelContext context = routes.get().context();
        Exchange exchange = new DefaultExchange(context, ExchangePattern.InOut);
        variables.forEach(exchange::setVariable);
        exchange.getMessage().setHeader(Exchange.FILE_NAME, variables.getOrDefault("key", ""));
        exchange.getMessage().setBody(body);
        // One of our own: Camel would end its own at the end of the route, and close what is still to be read.
        UnitOfWork work = PluginHelper.getUnitOfWorkFactory(context).createUnitOfWork(exchange);
        exchange.getExchangeExtension().setUnitOfWork(work);
        ProducerTemplate template = context.createProducerTemplate();
        template.send("direct:" + act.route(name), exchange);
        Exception failure = exchange.getException();
        if (failure == null) {
            return Optional.of(new Answer(exchange, work));
        }
        work.done(exchange);
        if (missing(failure)) {
            return Optional.empty();
        }
        throw failed(store, act, failure);
    }

    private static boolean missing(Throwable failure) {
        return Causes.of(failure)
                .anyMatch(cause -> cause instanceof FileNotFoundException
                        || cause instanceof NoSuchFileException
                        || status(cause) == NOT_FOUND);
    }

    private static int status(Throwable failure) {
        return failure instanceof HttpOperationFailedException answer ? answer.getStatusCode() : 0;
    }

    private AfException failed(ObjectStore store, Act act, Exception failure) {
        AfException known = AfException.in(failure);
        if (known != null) {
            return known;
        }
        Throwable root = Causes.root(failure);
        String why = act.route(name) + ": "
                + masked.apply(
                        root instanceof HttpOperationFailedException answer
                                ? "the server answers " + answer.getStatusCode() + " " + answer.getStatusText()
                                : String.valueOf(root.getMessage() == null ? root : root.getMessage()));
        int status = status(root);
        boolean refused = status >= REDIRECTION
                && status < SERVER_ERROR
                && status != REQUEST_TIMEOUT
                && status != TOO_MANY_REQUESTS;
        return refused
                        || root instanceof IllegalArgumentException
                        || root instanceof UnsupportedOperationException
                        || LASTING.matcher(why).find()
                ? StoreUnreachable.lasting(
                        store, "refused: " + why, "Check the rights there, and the route: af store check.", null)
                : StoreUnreachable.passing(store, why, null);
    }
}
