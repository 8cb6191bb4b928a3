package io.agentflow.dr.core;

/** Where the events of operations go. Listeners must return quickly and never throw. */
@FunctionalInterface
public interface OperationEvents {
    void accept(OperationEvent event);

    /** Both listeners, in this order. */
    default OperationEvents and(OperationEvents other) {
        return event -> {
            accept(event);
            other.accept(event);
        };
    }
}
