package io.agentflow.dr.route;

import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import java.time.Duration;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.NamedRoute;
import org.apache.camel.Processor;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.jspecify.annotations.Nullable;

/** Makes an event of every step of every route, and remembers the step at which an operation failed first. */
public final class StepEvents implements InterceptStrategy {
    /** The exchange property that holds the {@link Operation}. */
    static final String OPERATION = "afOperation";

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode node, Processor target, @Nullable Processor next) {
        return new Step(AsyncProcessorConverterHelper.convert(target), node);
    }

    private static final class Step extends DelegateAsyncProcessor {
        private final NamedNode node;

        Step(AsyncProcessor target, NamedNode node) {
            super(target);
            this.node = node;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            Operation operation = exchange.getProperty(OPERATION, Operation.class);
            if (operation == null) {
                return super.process(exchange, callback);
            }
            long start = System.nanoTime();
            operation.events().accept(new OperationEvent.StepStarted(route(), node.getId()));
            return super.process(exchange, doneSync -> {
                ended(exchange, operation, Duration.ofNanos(System.nanoTime() - start));
                callback.done(doneSync);
            });
        }

        private void ended(Exchange exchange, Operation operation, Duration elapsed) {
            Throwable failure = exchange.getException();
            if (failure == null) {
                operation.events().accept(new OperationEvent.StepDone(route(), node.getId(), elapsed));
            } else {
                if (node instanceof MulticastDefinition) {
                    // A multicast marks its failure as exhausted: no error handler above would retry or report it.
                    exchange.getExchangeExtension().setRedeliveryExhausted(false);
                }
                if (operation.cancelled()) {
                    // What fails because its children were ended is not worth another attempt.
                    exchange.setException(new Cancelled("cancelled", "Run the command again.", failure));
                }
                operation.failedAt(new Operation.FailedStep(route(), node.getId(), endpoint()));
                operation.events().accept(new OperationEvent.StepFailed(route(), node.getId(), failure));
            }
        }

        private String endpoint() {
            return node instanceof EndpointRequiredDefinition to ? to.getEndpointUri() : node.getLabel();
        }

        private String route() {
            for (NamedNode above = node; above != null; above = above.getParent()) {
                if (above instanceof NamedRoute route) {
                    return route.getRouteId();
                }
            }
            return "";
        }
    }
}
