package io.agentflow.dr.route;

import io.agentflow.dr.request.Availability;
import jakarta.jms.JMSException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.component.sjms.SjmsEndpoint;
import org.apache.camel.component.sjms.consumer.SimpleMessageListenerContainer;
import org.jspecify.annotations.Nullable;

/** The consumers of one endpoint. They are made anew, on a thread of their own, until that works, each time it is needed. */
final class JmsConsumers extends SimpleMessageListenerContainer {
    private final Availability availability;
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile @Nullable ScheduledExecutorService thread;
    private volatile @Nullable Future<?> next;

    JmsConsumers(SjmsEndpoint endpoint, Availability availability) {
        super(endpoint);
        this.availability = availability;
    }

    @Override
    protected void doStart() throws Exception {
        due.set(false);
        thread = getEndpoint()
                .getCamelContext()
                .getExecutorServiceManager()
                .newSingleThreadScheduledExecutor(this, "JmsConsumers");
        // Every connection from now on is started.
        startConnection();
        connectIn(0);
    }

    /** After a failure of the connection; what was made by it is forgotten already. */
    @Override
    protected void scheduleConnectionRecovery() {
        if (!due.get()) {
            availability.down("the connection is lost");
        }
        connectIn(getEndpoint().getRecoveryInterval());
    }

    private void connectIn(long millis) {
        ScheduledExecutorService current = thread;
        if (current != null && !current.isShutdown() && due.compareAndSet(false, true)) {
            next = current.schedule(this::connect, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void connect() {
        if (thread == null) {
            return;
        }
        // Consumers of an attempt that got half way would count as there. Still due, so that this schedules nothing.
        onException(new JMSException("all anew"));
        due.set(false);
        try {
            refreshConnection();
            initConsumers();
            availability.up("connected");
        } catch (Exception | LinkageError e) {
            // Also of a client that lacks a jar: without this nobody would try again, and nobody would know.
            availability.down(
                    "the broker cannot be used, and is tried again: " + (e.getMessage() == null ? e : e.getMessage()));
            connectIn(getEndpoint().getRecoveryInterval());
        }
    }

    @Override
    protected void doStop() throws Exception {
        ScheduledExecutorService current = thread;
        thread = null;
        Future<?> pending = next;
        if (pending != null) {
            pending.cancel(true);
        }
        if (current != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(current);
        }
        super.doStop();
    }
}
