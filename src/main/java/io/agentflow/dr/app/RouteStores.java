package io.agentflow.dr.app;

import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.route.RouteStore;
import io.agentflow.dr.route.RouteTexts;
import io.agentflow.dr.route.Routes;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUri;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Stores that are made of routes. Camel starts when one is first spoken to, and once for each. */
final class RouteStores {
    private final RouteSources sources;
    private final Supplier<Map<String, Object>> beans;
    private final Redaction redaction;
    private final Map<String, Routes> started = new ConcurrentHashMap<>();

    RouteStores(RouteSources sources, Supplier<Map<String, Object>> beans, Redaction redaction) {
        this.sources = sources;
        this.beans = beans;
        this.redaction = redaction;
    }

    /** Opens one. @throws io.agentflow.dr.core.UsageError if any of its routes is missing */
    ObjectStore open(StoreUri uri) {
        List<String> entries = RouteStore.routesOf(uri);
        RouteTexts texts = sources.ofStore(entries);
        return new RouteStore(
                uri,
                () -> started.computeIfAbsent(
                        uri.place(), name -> Routes.ofStore(texts, entries, beans.get(), sources.placeholders(false))),
                redaction::of);
    }
}
