package io.agentflow.dr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.backup.BackupRequest;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.restore.RestoreRequest;
import io.agentflow.dr.testing.GoldenBackup;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What failed is done again as it was asked for: every option of the two commands survives the report. */
class ReplayTest {
    private static final String STORE = GoldenBackup.folder().getParent().toString();
    private static final String ID = GoldenBackup.ID.text();
    private static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/nonexistent", "PGUSER", "af");

    /** What each option is tried with, and what else must be given with it. An option that is missing here fails. */
    private static final Map<String, List<String>> TRIED = Map.ofEntries(
            Map.entry("--database-url", List.of("host=/tmp port=5433 dbname='a/b?c' sslmode=verify-full")),
            Map.entry("--host", List.of("db9,db8")),
            Map.entry("--port", List.of("5555")),
            Map.entry("--username", List.of("o'mara")),
            Map.entry("--jobs", List.of("7")),
            Map.entry("--compression-level", List.of("9")),
            Map.entry("--critical-tables", List.of("tenants,\"odd name\"")),
            Map.entry("--proof", List.of("counts")),
            Map.entry("--stream", List.of("")),
            Map.entry("--store", List.of("/srv/second")),
            Map.entry("--encrypt-to", List.of("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")),
            Map.entry("--target-database-url", List.of("postgresql://me@[::1]:5433,db2/x?sslrootcert=/a%20b")),
            Map.entry("--tables", List.of("tenants,users", "critical")),
            Map.entry("--replace", List.of("", "critical")),
            Map.entry("--role", List.of("app")),
            Map.entry("--role-passwords", List.of("")),
            Map.entry("--create-roles", List.of("")),
            Map.entry("--create-tablespaces", List.of("")),
            Map.entry("--no-security-labels", List.of("")),
            Map.entry("--no-owner", List.of("")),
            Map.entry("--no-privileges", List.of("")),
            Map.entry("--no-tablespaces", List.of("")),
            Map.entry("--keep-staging", List.of("")));

    /** These say how it is shown or whether it is asked, and which configuration is read, or are another operation. */
    private static final Set<String> NO_PART_OF_THE_REQUEST = Set.of(
            "--json", "--verbose", "--config", "--yes", "--plan", "--undo", "--drop-old", "--help", "--identity");

    private final AfConfig config = AfConfig.load(null, ENVIRONMENT);
    private final Session session = new Session(Terminal.system(), ENVIRONMENT, Clock.systemUTC(), "0", any -> {
        throw new IllegalStateException("nothing is done here");
    });

    private BackupRequest create(List<String> arguments) {
        BackupCreateCommand command = new BackupCreateCommand(session);
        new CommandLine(command).parseArgs(arguments.toArray(String[]::new));
        return command.request(config);
    }

    private RestoreRequest restore(List<String> arguments) {
        BackupRestoreCommand command = new BackupRestoreCommand(session);
        new CommandLine(command).parseArgs(arguments.toArray(String[]::new));
        return command.request(config);
    }

    private static String seen(BackupRequest request) {
        return request.toString().replaceAll("store=[^,]*", request.store().name())
                + new TreeMap<>(request.url().keywords());
    }

    private static String seen(RestoreRequest request) {
        return request.toString()
                        .replaceAll("store=[^,]*", request.store().name())
                        // How the target was typed: another way to the same.
                        .replaceAll(", targetAgain=.*", "")
                + new TreeMap<>(request.target().keywords());
    }

    private static List<String> with(List<String> base, OptionSpec option) {
        List<String> tried = TRIED.get(option.longestName());
        assertThat(tried)
                .as(
                        "%s must come back from a dead letter: tell it in arguments() of the request, and try it here",
                        option.longestName())
                .isNotNull();
        List<String> arguments = new ArrayList<>(base);
        arguments.addAll(tried.subList(1, tried.size()));
        arguments.add(option.longestName());
        if (!tried.get(0).isEmpty()) {
            arguments.add(tried.get(0));
        }
        return arguments;
    }

    private Stream<OptionSpec> options(Object command) {
        return new CommandLine(command)
                .getCommandSpec().options().stream().filter(o -> !NO_PART_OF_THE_REQUEST.contains(o.longestName()));
    }

    private static List<String> afterTwoWords(List<String> arguments) {
        return arguments.subList(2, arguments.size());
    }

    @TestFactory
    Stream<DynamicTest> everyOptionOfCreateComesBack() {
        List<String> base = List.of(STORE);
        return options(new BackupCreateCommand(session))
                .map(option -> DynamicTest.dynamicTest(option.longestName(), () -> {
                    BackupRequest asked = create(with(base, option));

                    assertThat(seen(asked)).isNotEqualTo(seen(create(base)));
                    assertThat(seen(create(afterTwoWords(asked.arguments())))).isEqualTo(seen(asked));
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyOptionOfRestoreComesBack() {
        List<String> base = List.of(ID, STORE);
        return options(new BackupRestoreCommand(session))
                .map(option -> DynamicTest.dynamicTest(option.longestName(), () -> {
                    RestoreRequest asked = restore(with(base, option));

                    assertThat(seen(asked)).isNotEqualTo(seen(restore(base)));
                    assertThat(seen(restore(afterTwoWords(asked.arguments())))).isEqualTo(seen(asked));
                }));
    }

    @Test
    void nothingIsTriedThatIsNoOptionAnyMore() {
        Set<String> names = new HashSet<>();
        Stream.concat(options(new BackupCreateCommand(session)), options(new BackupRestoreCommand(session)))
                .forEach(option -> names.add(option.longestName()));

        assertThat(names).isEqualTo(TRIED.keySet());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql:///db?host=/var/run/postgresql&port=5433",
                "postgresql://u@h1:1,h2:2/db?target_session_attrs=read-write",
                "host=db1 dbname='a/b?c=d\\'e' sslmode=verify-full sslrootcert='/etc/my ca.pem' options='-c work_mem=1MB'",
                "postgresql://u:secret@db1/x"
            })
    void everyFormOfConnectionStringComesBackWithoutItsPassword(String url) {
        BackupRequest asked = create(List.of("relative", "-d", url));

        assertThat(asked.arguments().toString()).doesNotContain("secret");
        assertThat(Path.of(asked.arguments().get(2))).isAbsolute();
        assertThat(create(afterTwoWords(asked.arguments())).url().keywords())
                .isEqualTo(asked.url().keywords());
    }
}
