package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Operation;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request into the routes and judges the outcome by what comes back, never by the absence of an exception: a
 * dead-letter channel makes a failure look handled. Whatever the operation holds is given back in the end.
 */
public final class RunOperation {
    private final ProducerTemplate routes;

    public RunOperation(ProducerTemplate routes) {
        this.routes = routes;
    }

    /**
     * Runs one operation to its end.
     *
     * @param endpoint where it enters the routes, such as {@code direct:backup-create}
     * @param outcome what it must yield; anything else means that a route is broken
     * @throws AfException if it failed in a way that an operator can act on
     */
    public <T> T run(String endpoint, Operation operation, Object request, Class<T> outcome) {
        try (operation) {
            Exchange ended = routes.send(endpoint, exchange -> {
                exchange.setProperty(StepEvents.OPERATION, operation);
                exchange.getMessage().setBody(request);
            });
            Throwable failure = failure(ended);
            String committed = operation.committed();
            if (committed != null && (operation.cancelled() || failure != null)) {
                throw new AfException(
                        ExitCode.WARNINGS,
                        "done, but what came after it was not: " + committed + "; "
                                + (operation.cancelled() ? "it was cancelled then" : said(failure)),
                        "Do not run the command again for this.",
                        failure);
            }
            if (operation.undecided()) {
                throw operation.undecidedFailure(failure);
            }
            if (operation.cancelled()) {
                throw new Cancelled("cancelled: nothing was changed", "Run the command again.", failure);
            }
            if (failure != null) {
                AfException known = AfException.in(failure);
                throw known == null ? new IllegalStateException(failure) : known;
            }
            if (outcome.isInstance(ended.getMessage().getBody())) {
                return outcome.cast(ended.getMessage().getBody());
            }
            throw new IllegalStateException(
                    endpoint + " ended without a " + outcome.getSimpleName() + ": a step is missing from its routes");
        }
    }

    private static String said(@Nullable Throwable failure) {
        AfException known = AfException.in(failure);
        return known == null ? String.valueOf(failure) : known.fact();
    }

    /** An exchange that succeeded in a second attempt still remembers what the first one caught. */
    private static @Nullable Throwable failure(Exchange ended) {
        if (ended.getException() != null) {
            return ended.getException();
        }
        return ended.getExchangeExtension().isFailureHandled()
                ? ended.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)
                : null;
    }
}
