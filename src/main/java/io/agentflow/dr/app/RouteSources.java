package io.agentflow.dr.app;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.core.Secret;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.route.RouteTexts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The routes that the configuration names, and what stands in their places. */
final class RouteSources {
    /** An address that goes beyond its host. */
    private static final Pattern URI_PATH = Pattern.compile("://[^/]+/.{4,}");

    private final AfConfig config;
    private final Path home;

    /** @param home where af is installed, with the routes that it came with */
    RouteSources(AfConfig config, Path home) {
        this.config = config;
        this.home = home;
    }

    /**
     * What a command needs that enters here. Of routes of somebody's own nothing is left out, however they are written.
     *
     * @throws io.agentflow.dr.core.AfException if one cannot be read
     */
    RouteTexts neededFrom(String endpoint) {
        boolean shipped = !config.given(ConfigKey.ROUTES) && !config.given(ConfigKey.EXTRA_ROUTES);
        return shipped ? texts().reachedFrom(endpoint, config.ofRoutes().values()) : texts();
    }

    /**
     * What a store of routes needs.
     *
     * @param routes their ids
     * @throws UsageError if one of them is missing
     */
    RouteTexts ofStore(List<String> routes) {
        RouteTexts all = texts();
        Map<Path, String> needed = new TreeMap<>();
        for (String route : routes) {
            if (all.files().keySet().stream().noneMatch(file -> file.endsWith(route + RouteTexts.ENDING))) {
                throw new UsageError(
                        "there is no route " + route + ", and the store needs it",
                        "Put a file " + route + RouteTexts.ENDING
                                + " into the folder of af.extra-routes; see docs/stores/route.md.");
            }
            needed.putAll(all.reachedFrom("direct:" + route, config.ofRoutes().values())
                    .files());
        }
        return new RouteTexts(needed);
    }

    /**
     * What placeholders stand for, without addresses that may hold secrets.
     *
     * @param serving whether it is for routes that serve
     */
    Properties placeholders(boolean serving) {
        Properties properties = new Properties();
        for (ConfigKey key : ConfigKey.values()) {
            properties.setProperty(key.key(), config.text(key));
        }
        // Camel counts delays in milliseconds.
        properties.setProperty(
                ConfigKey.RETRY_DELAY.key(),
                String.valueOf(config.time(ConfigKey.RETRY_DELAY).toMillis()));
        properties.setProperty(
                ConfigKey.JITTER.key(),
                // Camel's random needs a range that is not empty.
                String.valueOf(1 + config.time(ConfigKey.JITTER).toMillis()));
        properties.setProperty(ConfigKey.TIME_ZONE.key(), config.zone().getId());
        properties.setProperty(ConfigKey.MISFIRE.key(), String.valueOf(config.misfire()));
        properties.remove(ConfigKey.DATABASE_URL.key());
        properties.remove(ConfigKey.TARGET_DATABASE_URL.key());
        properties.remove(ConfigKey.CLUSTER_DATABASE_URL.key());
        // They are or may hold secrets, and no route needs them.
        List.of(
                        ConfigKey.EVENTS_URI,
                        ConfigKey.NOTIFY_URIS,
                        ConfigKey.DEAD_LETTER_URI,
                        ConfigKey.REQUEST_JMS_URL,
                        ConfigKey.REQUEST_JMS_PASSWORD)
                .forEach(key -> properties.remove(key.key()));
        config.ofRoutes().forEach(properties::setProperty);
        Requests.placeholders(config, serving, properties);
        return properties;
    }

    /** All files of routes. @throws io.agentflow.dr.core.AfException if one cannot be read */
    RouteTexts texts() {
        return RouteTexts.read(routesFolder(), extraRoutes());
    }

    /** Those that tell others. @throws io.agentflow.dr.core.AfException if one cannot be read */
    RouteTexts notifying() {
        return RouteTexts.notifying(routesFolder(), extraRoutes());
    }

    private Path routesFolder() {
        return config.given(ConfigKey.ROUTES) ? Path.of(config.text(ConfigKey.ROUTES)) : home.resolve("routes");
    }

    private @Nullable Path extraRoutes() {
        return config.given(ConfigKey.EXTRA_ROUTES) ? Path.of(config.text(ConfigKey.EXTRA_ROUTES)) : null;
    }

    /** What hides addresses: webhooks and their like have their secret anywhere in their path. */
    Redaction redaction() {
        Redaction redaction = new Redaction();
        Stream.of(
                        config.ofRoutes().values().stream(),
                        config.list(ConfigKey.NOTIFY_URIS).stream(),
                        Stream.of(
                                config.text(ConfigKey.EVENTS_URI),
                                config.text(ConfigKey.DEAD_LETTER_URI),
                                config.text(ConfigKey.REQUEST_JMS_URL)))
                .flatMap(texts -> texts)
                .filter(text -> text.contains("://"))
                .flatMap(text -> Stream.of(text, text.replaceFirst("\\?.*", "")))
                .filter(text -> URI_PATH.matcher(text).find())
                .forEach(text -> redaction.learn(new Secret(text)));
        redaction.learn(new Secret(config.text(ConfigKey.REQUEST_JMS_PASSWORD)));
        return redaction;
    }
}
