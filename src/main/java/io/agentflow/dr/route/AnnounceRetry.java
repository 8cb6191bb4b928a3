package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Tells the operator that an attempt failed and is made again. */
public final class AnnounceRetry implements Processor {

    @Override
    public void process(Exchange exchange) {
        Operation operation = exchange.getProperty(StepEvents.OPERATION, Operation.class);
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        AfException known = AfException.in(failure);
        // What was cancelled ends when it begins its next attempt.
        if (operation != null && !operation.cancelled()) {
            operation
                    .events()
                    .accept(new OperationEvent.Retrying(known == null ? String.valueOf(failure) : known.fact(), null));
        }
    }
}
