package io.agentflow.dr.app;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.kafka.KafkaSettings;
import io.agentflow.dr.kafka.KafkaTrigger;
import io.agentflow.dr.nats.NatsSettings;
import io.agentflow.dr.nats.NatsTrigger;
import io.agentflow.dr.request.Availability;
import io.agentflow.dr.request.Trigger;
import io.agentflow.dr.route.FolderRequests;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The triggers that af comes with. Nothing of one is loaded that the configuration does not switch on. */
enum RequestedBy {
    FOLDER(ConfigKey.REQUEST_FOLDER) {
        @Override
        Trigger open(AfConfig config, Surroundings around) {
            return new FolderRequests(Path.of(config.text(ConfigKey.REQUEST_FOLDER)), around.mostBytes());
        }
    },
    JMS(ConfigKey.REQUEST_JMS_URL) {
        @Override
        void check(AfConfig config, List<String> wrong) {
            wrong.addAll(new JmsKeys(config).problems());
        }

        @Override
        Trigger open(AfConfig config, Surroundings around) {
            return new JmsTrigger(config, around);
        }
    },
    NATS(ConfigKey.REQUEST_NATS_URL) {
        @Override
        void check(AfConfig config, List<String> wrong) {
            new NatsKeys(config, wrong).read();
        }

        @Override
        Trigger open(AfConfig config, Surroundings around) {
            NatsSettings settings = Objects.requireNonNull(new NatsKeys(config, new ArrayList<>()).read());
            return new NatsTrigger(
                    settings,
                    message -> around.route().accept("direct:request-nats", message),
                    around.mostBytes(),
                    around.availability("nats"),
                    around.say());
        }
    },
    KAFKA(ConfigKey.REQUEST_KAFKA_SERVERS) {
        @Override
        void check(AfConfig config, List<String> wrong) {
            new KafkaKeys(config, wrong).read();
        }

        @Override
        Trigger open(AfConfig config, Surroundings around) {
            KafkaSettings settings = Objects.requireNonNull(new KafkaKeys(config, new ArrayList<>()).read());
            return new KafkaTrigger(
                    settings,
                    record -> around.route().accept("direct:request-kafka", record),
                    around.mostBytes(),
                    around.availability("kafka"),
                    around.say());
        }
    };

    private final ConfigKey key;

    /** @param key switches it on */
    RequestedBy(ConfigKey key) {
        this.key = key;
    }

    /**
     * What a trigger needs of the service.
     *
     * @param mostBytes how much of a message is kept: a longer one is no request
     * @param say gets lines for the log
     * @param route sends a message through a route; throws if it must not be acknowledged
     */
    record Surroundings(int mostBytes, Consumer<String> say, BiConsumer<String, Object> route, Clock clock) {
        Availability availability(String broker) {
            return new Availability(broker, say, clock);
        }
    }

    /** The id of its route; that of its replies ends in {@code -reply}. */
    String route() {
        return "request-" + name().toLowerCase(Locale.ROOT);
    }

    /** Adds the other keys of a trigger that are given although the one that switches it on is not. */
    static void complainOfRest(AfConfig config, ConfigKey on, List<String> wrong) {
        String group = on.key().substring(0, on.key().lastIndexOf('.') + 1);
        Arrays.stream(ConfigKey.values())
                .filter(key -> key.key().startsWith(group) && config.given(key))
                .forEach(key -> wrong.add(key.key() + " is given, but not " + on.key()));
    }

    boolean wanted(AfConfig config) {
        return config.given(key);
    }

    /** Adds everything that is wrong with its keys, also with those that are given while it is off. No broker is asked. */
    void check(AfConfig config, List<String> wrong) {}

    /** Puts it together, if it is {@link #wanted}; nothing is connected before it is started. */
    abstract Trigger open(AfConfig config, Surroundings around);
}
