package io.agentflow.dr.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A real broker of Kafka on the loopback address, which is its own controller; what its topics hold outlives a kill. It
 * has two doors: at one everybody may do everything, at the other is the user {@code af}, who may do nothing at first.
 * Topics that somebody asks for are made, as by default.
 */
public final class LocalKafka implements AutoCloseable {
    /** Of the user af. */
    public static final String PASSWORD = "af's kafka $ecret";

    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
    private static final String VERSION = "4.4.0";
    /** What a topic of the tests takes: more than af's heap has room for twice. */
    private static final String MOST_BYTES = "20971520";

    private final Path folder;
    private final String classes;
    private final List<Integer> ports = new ArrayList<>();
    private Process server;

    private LocalKafka(Path folder, String classes) {
        this.folder = folder;
        this.classes = classes;
    }

    /** Starts one that keeps everything in the folder. */
    public static LocalKafka start(Path folder) {
        try {
            LocalKafka kafka = new LocalKafka(Files.createDirectories(folder), classes());
            kafka.configure();
            kafka.java("kafka.tools.StorageTool", "format", "-t", "YWYtYWYtYWYtYWYtYWYtYQ", "-c", kafka.file())
                    .waitFor();
            kafka.start();
            return kafka;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Fetched once; what af has itself is taken from there. */
    private static String classes() throws IOException {
        Path jars = Project.file("target/kafka-" + VERSION);
        if (!Files.isDirectory(jars)) {
            Path fetched = Files.createTempDirectory(Files.createDirectories(jars.getParent()), "kafka");
            AfProcess.output(
                    List.of(
                            Project.file("scripts/fetch-component.sh").toString(),
                            "org.apache.kafka:kafka_2.13:" + VERSION,
                            fetched.toString()),
                    Map.of());
            Files.move(fetched, jars, StandardCopyOption.ATOMIC_MOVE);
        }
        return jars + "/*:" + Project.file("target/dist/lib") + "/*";
    }

    private void configure() throws IOException {
        for (int i = 0; i < 3; i++) {
            ports.add(Port.free());
        }
        Files.writeString(folder.resolve("conf"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%3$d
                listeners=TESTS://127.0.0.1:%1$d,AF://127.0.0.1:%2$d,CONTROLLER://127.0.0.1:%3$d
                advertised.listeners=TESTS://127.0.0.1:%1$d,AF://127.0.0.1:%2$d
                listener.security.protocol.map=TESTS:PLAINTEXT,AF:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
                inter.broker.listener.name=TESTS
                controller.listener.names=CONTROLLER
                listener.name.af.sasl.enabled.mechanisms=PLAIN
                listener.name.af.plain.sasl.jaas.config=%4$s required user_af="%5$s";
                authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
                super.users=User:ANONYMOUS
                log.dirs=%6$s
                num.partitions=1
                offsets.topic.num.partitions=1
                offsets.topic.replication.factor=1
                transaction.state.log.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                group.initial.rebalance.delay.ms=0
                """.formatted(
                        ports.get(0), ports.get(1), ports.get(2), LOGIN, PASSWORD, folder.resolve("data")));
    }

    private String file() {
        return folder.resolve("conf").toString();
    }

    private Process java(String main, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("-Xmx256m", "-cp", classes, main));
        all.addAll(List.of(arguments));
        return OtherJvm.start(folder.resolve("log"), all);
    }

    /** Starts it again, and waits until it answers. */
    public void start() {
        try {
            server = java("kafka.Kafka", file());
            try (Admin admin = admin()) {
                admin.describeCluster().nodes().get();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            kill();
            throw new IllegalStateException("no Kafka: see " + folder.resolve("log"), e);
        }
    }

    /** Kills it at once. */
    public void kill() {
        server.destroyForcibly().onExit().join();
    }

    /** Where everybody may do everything. */
    public String openServer() {
        return "127.0.0.1:" + ports.get(0);
    }

    /** Where the user af is. */
    public String afsServer() {
        return "127.0.0.1:" + ports.get(1);
    }

    /** What a client has to say there, in the form of a file of properties. */
    public static List<String> afsProperties() {
        return List.of(
                "security.protocol=SASL_PLAINTEXT",
                "sasl.mechanism=PLAIN",
                "sasl.jaas.config=" + LOGIN + " required username=\"af\" password=\"" + PASSWORD + "\";");
    }

    /** A client that may do everything. */
    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", openServer(), "default.api.timeout.ms", 180_000));
    }

    /** Makes a topic of one partition. */
    public void topic(String name) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(
                            List.of(new NewTopic(name, 1, (short) 1).configs(Map.of("max.message.bytes", MOST_BYTES))))
                    .all()
                    .get();
        }
    }

    /** Has records of a topic unpacked before they are taken. */
    public void unpack(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("compression.type", "uncompressed"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    /** Lets the user af do something. */
    public void allow(ResourceType kind, String name, AclOperation... operations) throws Exception {
        List<AclBinding> rights = new ArrayList<>();
        for (AclOperation operation : operations) {
            rights.add(new AclBinding(
                    new ResourcePattern(kind, name, PatternType.LITERAL),
                    new AccessControlEntry("User:af", "*", operation, AclPermissionType.ALLOW)));
        }
        try (Admin admin = admin()) {
            admin.createAcls(rights).all().get();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
