package io.agentflow.dr.config;

import io.agentflow.dr.core.Spelling;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Every key of {@code af.properties}, with its default. Each can be given as an environment variable too. */
public enum ConfigKey {
    DATABASE_URL("af.database-url", "", "the database: a URI or libpq connection string"),
    TARGET_DATABASE_URL("af.target-database-url", "", "where to restore to, if not where the backup came from"),
    STORE(
            "af.store",
            "./backups",
            "the store that keeps the backups: a directory, s3://bucket/prefix, gs://bucket/prefix, azure://container/prefix or route:NAME"),
    STORES(
            "af.stores",
            "",
            "several stores, names or URIs, separated by commas: the first is the primary, the others get each backup after it; instead of af.store"),
    CATCH_UP(
            "af.stores.catch-up",
            "15m",
            "how often af serve sends the other stores what they lack; 0s for only after each backup"),
    STORE_FILE_MODE("af.store.file.mode", "owner", "who may read backups: owner (0600), group (0640) or all (0644)"),
    JOBS("af.jobs", "4", "how many workers dump and load"),
    COMPRESSION_LEVEL("af.compression-level", "6", "0 to 9, or with pg_dump 16 and newer gzip, lz4, zstd with :level"),
    CRITICAL_TABLES(
            "af.critical-tables",
            "tenants,users,rbac_roles,rbac_bindings,audits",
            "tables that get a component of their own"),
    PROOF("af.proof", "full", "what is fingerprinted: full, counts or none"),
    POSTGRES_BIN(
            "af.postgres.bin", "", "directories with pg_dump and pg_restore, looked at first, separated by commas"),
    ROUTES("af.routes", "", "the folder of Camel routes; empty for the one that af came with"),
    EXTRA_ROUTES(
            "af.extra-routes",
            "",
            "a folder of routes of your own; a file of the same name stands in for the one that af came with"),
    ROUTES_RELOAD("af.routes.reload", "5s", "how often af serve looks whether a route has changed; 0s for never"),
    DEAD_LETTERS("af.dead-letters", "./dead-letters", "the folder for reports of failed operations"),
    STATE_DIRECTORY(
            "af.state-dir",
            "",
            "the folder of the journal; empty for /var/lib/af as root, else $XDG_STATE_HOME/af or ~/.local/state/af"),
    STAGING_DIRECTORY(
            "af.staging-dir",
            "",
            "where backups are built and fetched to whose store is no directory; empty for staging below af.state-dir"),
    STAGING_LIMIT(
            "af.staging-limit-mib",
            "0",
            "the most that a backup may take there while it is made, in MiB; 0 for what the disk has"),
    STREAM(
            "af.stream",
            "false",
            "true: a table's file leaves af.staging-dir as soon as the store has it, so that a backup needs little room there"),
    ENCRYPT_TO(
            "af.encrypt-to",
            "",
            "public keys of age (age1…), separated by commas, to which backups are encrypted; empty for none"),
    IDENTITY_FILE(
            "af.identity-file", "", "the file of identities of age that decrypt backups, where they are restored"),
    IDENTITY_COMMAND("af.identity-command", "", "or a command of the shell that prints them"),
    SIGN_KEY(
            "af.sign.key",
            "",
            "the file of a private key of Ed25519 (PKCS#8, PEM) that manifests are signed with; empty for none"),
    SIGN_TRUSTED(
            "af.sign.trusted",
            "",
            "files of public keys (PEM), separated by commas: a backup that none of them, nor the key of af.sign.key, has signed is refused; empty for whatever there is"),
    STALL_TIMEOUT("af.stall-timeout", "10m", "how long a tool may show no sign of life"),
    LOCK_TIMEOUT("af.lock-timeout", "1m", "how long to wait for a table that somebody else has locked"),
    RETRIES("af.retries", "1", "how often an attempt is made again after a lost connection"),
    RETRY_DELAY("af.retry-delay", "2s", "how long to wait before that"),
    MANAGEMENT_HOST("af.management.host", "127.0.0.1", "the address on which af serve tells health and metrics"),
    MANAGEMENT_PORT("af.management.port", "9464", "its port; 0 for any that is free"),
    METRICS_TEXTFILE(
            "af.metrics.textfile", "", "a folder of node_exporter's textfile collector that commands write metrics to"),
    TIME_ZONE(
            "af.time-zone",
            "",
            "the time zone of schedules, and of the days of retention; empty for that of the machine"),
    JITTER(
            "af.schedule.jitter",
            "0s",
            "a scheduled operation begins up to so much later, so that not all begin at once"),
    MISFIRE(
            "af.schedule.misfire",
            "once",
            "what becomes of fire times that were missed: once makes up for all of them with one run, skip waits for the next"),
    RETENTION_KEEP_LAST("af.retention.keep-last", "0", "so many of the newest backups of a database are kept"),
    RETENTION_KEEP_WITHIN(
            "af.retention.keep-within",
            "30d",
            "backups are kept that are not older than this when the newest that verified was taken; 0s for none"),
    RETENTION_KEEP_HOURLY("af.retention.keep-hourly", "0", "the newest backup of each of so many hours is kept"),
    RETENTION_KEEP_DAILY("af.retention.keep-daily", "0", "the newest backup of each of so many days is kept"),
    RETENTION_KEEP_WEEKLY("af.retention.keep-weekly", "0", "the same for weeks, which begin on Monday"),
    RETENTION_KEEP_MONTHLY("af.retention.keep-monthly", "0", "the same for months"),
    RETENTION_KEEP_YEARLY("af.retention.keep-yearly", "0", "the same for years"),
    CLUSTER_DATABASE_URL(
            "af.cluster.database-url",
            "",
            "the database that keeps the schedules of several af serve, of which one at a time fires; empty for one alone"),
    CLUSTER_CHECK_IN(
            "af.cluster.check-in",
            "10s",
            "how often each of them says that it lives; 7.5 s after one is overdue another takes over"),
    EVENTS_URI("af.events.uri", "", "a Camel endpoint that is sent every event, as CloudEvents"),
    EVENTS_PACE("af.events.pace", "10s", "the progress of an operation is told so often at most"),
    NOTIFY_URIS("af.notify.uris", "", "Camel endpoints that are sent what matters, separated by commas"),
    NOTIFY_SEVERITY("af.notify.severity", "warning", "what matters: info, warning or error, and worse"),
    DEAD_LETTER_URI(
            "af.dead-letter.uri", "", "a Camel endpoint that is sent every dead-letter report, besides the folder"),
    DRAIN_TIMEOUT("af.drain-timeout", "10m", "how long af serve waits at its end for operations that run"),
    REQUEST_FOLDER("af.request.folder", "", "a folder into which signed requests are dropped; empty for none"),
    REQUEST_NATS_URL(
            "af.request.nats.url",
            "",
            "the NATS server that signed requests come from, or several, separated by commas; empty for none"),
    REQUEST_NATS_STREAM("af.request.nats.stream", "AF_REQUESTS", "its JetStream stream; made if it is not there"),
    REQUEST_NATS_SUBJECT("af.request.nats.subject", "af.requests", "the subject that requests are published to"),
    REQUEST_NATS_DURABLE("af.request.nats.durable", "af", "the durable consumer; each af serve needs one of its own"),
    REQUEST_NATS_RESULTS(
            "af.request.nats.results-subject",
            "",
            "where results go whose sender names no subject in the header Af-Reply-To; empty for nowhere"),
    REQUEST_NATS_CREDENTIALS("af.request.nats.credentials-file", "", "a .creds file that shows the server who af is"),
    REQUEST_NATS_USER("af.request.nats.user", "", "or a user"),
    REQUEST_NATS_PASSWORD("af.request.nats.password-file", "", "and the file of its password"),
    REQUEST_NATS_CA(
            "af.request.nats.ca-file",
            "",
            "certificates (PEM) of the authorities that the certificate of a tls:// server must come from; empty for those that Java trusts"),
    REQUEST_NATS_KEYSTORE(
            "af.request.nats.keystore-file", "", "our own certificate and key (PKCS#12), for servers that ask for one"),
    REQUEST_NATS_KEYSTORE_PASSWORD(
            "af.request.nats.keystore-password-file", "", "and the file of the keystore's password"),
    REQUEST_KAFKA_SERVERS(
            "af.request.kafka.bootstrap-servers",
            "",
            "the brokers of Kafka that signed requests come from, host:port, separated by commas; empty for none"),
    REQUEST_KAFKA_TOPIC("af.request.kafka.topic", "af.requests", "the topic of the requests; it must be there"),
    REQUEST_KAFKA_GROUP(
            "af.request.kafka.group",
            "af",
            "the group whose place in the topic is ours; each af serve needs one of its own"),
    REQUEST_KAFKA_RESULTS(
            "af.request.kafka.results-topic",
            "",
            "where results go whose sender names no topic in the header af-reply-to; empty for nowhere"),
    REQUEST_KAFKA_FILE(
            "af.request.kafka.properties-file",
            "",
            "client properties that say who af is to the brokers, as Kafka's own tools take them"),
    REQUEST_JMS_URL("af.request.jms.url", "", "a broker of JMS that signed requests come from; empty for none"),
    REQUEST_JMS_FACTORY(
            "af.request.jms.factory",
            "org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory",
            "the connection factory of its client, which is made with the url; the client comes by AF_LIB"),
    REQUEST_JMS_USER("af.request.jms.user", "", "the user there; empty for none"),
    REQUEST_JMS_PASSWORD("af.request.jms.password", "", "the user's password"),
    REQUEST_JMS_QUEUE("af.request.jms.queue", "af.requests", "the queue of the requests"),
    REQUEST_JMS_SELECTOR(
            "af.request.jms.selector",
            "_AMQ_LARGE_SIZE IS NULL OR _AMQ_LARGE_SIZE < 16000000",
            "takes only messages that this selector chooses: of Artemis, none that is longer than memory"),
    REQUEST_JMS_RESULTS(
            "af.request.jms.results", "af.results", "the queue of results for senders that name none in JMSReplyTo"),
    REQUEST_MAX_BYTES("af.request.max-bytes", "16384", "the longest request that is looked at"),
    REQUEST_VALIDITY(
            "af.request.longest-validity", "24h", "how long a request may be valid, from its issue to its expiry"),
    REQUEST_RETENTION("af.request.retention", "720h", "how long the results of requests are kept");

    private final String key;
    private final String fallback;
    private final String meaning;

    ConfigKey(String key, String fallback, String meaning) {
        this.key = key;
        this.fallback = fallback;
        this.meaning = meaning;
    }

    public String key() {
        return key;
    }

    public String fallback() {
        return fallback;
    }

    public String meaning() {
        return meaning;
    }

    /** The environment variable of the same meaning: {@code AF_DATABASE_URL}. */
    public String variable() {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    static Optional<ConfigKey> of(String key) {
        return Arrays.stream(values()).filter(k -> k.key.equals(key)).findFirst();
    }

    /** The key that somebody who wrote this probably meant. */
    static ConfigKey nearest(String mistyped) {
        return Arrays.stream(values())
                .min(Comparator.comparingInt(k -> Spelling.distance(k.key, mistyped)))
                .orElseThrow();
    }
}
