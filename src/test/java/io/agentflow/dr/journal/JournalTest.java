package io.agentflow.dr.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.VerificationFailed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final Requester OPS = new Requester("ops", "db1", "ssh 10.1.2.3", null);
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T02:51:49Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private static JournalEntry entry(String request) {
        return JournalEntry.started(
                Instant.parse("2026-11-23T02:51:49Z"), "20261123T025149Z-backup-ab12", "backup", OPS, request);
    }

    private List<JsonNode> read(Journal journal) throws IOException {
        List<JsonNode> records = new ArrayList<>();
        journal.read(records::add);
        return records;
    }

    @Test
    void whatIsWrittenIsReadInItsOrder() throws IOException {
        Journal journal = new Journal(folder);
        journal.append(entry("first \"quoted\" ü"));
        new Journal(folder).append(entry("second"));

        List<JsonNode> records = read(journal);

        assertThat(records).extracting(r -> r.path("request").asText()).containsExactly("first \"quoted\" ü", "second");
        assertThat(records.get(1).path("prev").asText())
                .isEqualTo(records.get(0).path("hash").asText());
        assertThat(records.get(0).path("phase").asText()).isEqualTo("started");
    }

    @Test
    void theLastOperationOfAVerbIsFoundWhateverLiesAroundIt() throws IOException {
        Journal journal = new Journal(folder, 200);
        assertThat(journal.last("backup", one -> true)).isEmpty();
        Instant at = CLOCK.instant();
        journal.append(entry("backup of x").ended(at, JournalEntry.Phase.DONE, 0, "20261123T025149Z-k3f9"));
        journal.append(entry("backup of y").ended(at, JournalEntry.Phase.INTERRUPTED, null, "ü"));
        journal.append(entry("backup of y"));
        Files.writeString(
                folder.resolve("journal.jsonl"), "{\"verb\":\"backup\",\"at\":1}\n", StandardOpenOption.APPEND);

        assertThat(journal.last("backup", one -> true).orElseThrow().outcome()).isEqualTo("ü");
        assertThat(journal.last("backup", one -> one.request().endsWith("x"))
                        .orElseThrow()
                        .exitCode())
                .isZero();
        assertThat(journal.last("verify", one -> true)).isEmpty();
    }

    @Test
    void everyByteThatIsChangedIsFound() throws IOException {
        Journal journal = new Journal(folder);
        for (int i = 0; i < 3; i++) {
            journal.append(entry("request " + i));
        }
        Path file = folder.resolve("journal.jsonl");
        byte[] whole = Files.readAllBytes(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < whole.length; i++) {
                for (int flip : new int[] {1, '\n' ^ '\r', 0x80}) {
                    channel.write(ByteBuffer.wrap(new byte[] {(byte) (whole[i] ^ flip)}), i);
                    assertThatThrownBy(() -> read(journal))
                            .as("byte " + i + " flipped by " + flip)
                            .isInstanceOf(VerificationFailed.class);
                }
                channel.write(ByteBuffer.wrap(whole, i, 1), i);
            }
        }
        assertThat(read(journal)).hasSize(3);
    }

    @Test
    void recordsThatAreTakenOutOrCutOffAreMissed() throws IOException {
        Journal journal = new Journal(folder);
        for (int i = 0; i < 4; i++) {
            journal.append(entry("request " + i));
        }
        Path file = folder.resolve("journal.jsonl");
        List<String> lines = Files.readAllLines(file);
        for (int gone = 0; gone < lines.size(); gone++) {
            List<String> rest = new ArrayList<>(lines);
            rest.remove(gone);
            Files.write(file, rest);
            assertThatThrownBy(() -> read(journal)).as("line " + gone).isInstanceOf(VerificationFailed.class);
        }
    }

    @Test
    void aPieceThatACrashLeftIsTakenAwayByTheNextRecord() throws IOException {
        Journal journal = new Journal(folder);
        journal.append(entry("first"));
        Files.writeString(folder.resolve("journal.jsonl"), "{\"seq\":2,\"at", StandardOpenOption.APPEND);

        journal.append(entry("second"));

        assertThat(read(journal)).hasSize(2);
    }

    @Test
    void aTextOfAnyLengthIsCutAndTheNextRecordFollowsIt() throws IOException {
        Journal journal = new Journal(folder);
        journal.append(entry("ü".repeat(100_000)));
        journal.append(entry("x".repeat(JournalEntry.MOST - 1) + "😀" + "y".repeat(200_000)));

        journal.append(entry("third"));

        List<JsonNode> records = read(journal);
        assertThat(records).hasSize(3);
        assertThat(records.get(0).path("request").asText())
                .startsWith("üü")
                .endsWith("… (95904 more characters)")
                .hasSizeLessThan(5000);
        assertThat(records.get(1).path("request").asText()).contains("x … (");
    }

    @Test
    void aLineOfAnyLengthThatIsThereAlreadyIsFollowed() throws IOException {
        Journal journal = new Journal(folder);
        journal.append(entry("first"));
        String before = read(journal).get(0).path("hash").asText();
        // As an older af wrote it, which did not cut.
        String body = "{\"seq\":2,\"request\":\"" + "x".repeat(300_000) + "\",\"prev\":\"" + before + "\"";
        String hash = Sha256.of(body.getBytes(StandardCharsets.UTF_8)).toString();
        Files.writeString(
                folder.resolve("journal.jsonl"),
                body + ",\"hash\":\"" + hash + "\"}\n{\"seq\":3," + "z".repeat(70_000),
                StandardOpenOption.APPEND);

        journal.append(entry("third"));

        assertThat(read(journal)).hasSize(3);
    }

    @Test
    void rotationKeepsTheChain() throws IOException {
        Journal journal = new Journal(folder, 1000);
        for (int i = 0; i < 20; i++) {
            journal.append(entry("request " + i));
        }

        assertThat(read(journal)).hasSize(20);
        try (var files = Files.list(folder)) {
            assertThat(files.filter(f -> f.toString().endsWith(".jsonl"))).hasSizeGreaterThan(3);
        }
    }

    @Test
    void severalWritersKeepOneChain() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(4);
        Journal journal = new Journal(folder);
        List<Future<?>> writing = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String request = "request " + i;
            writing.add(writers.submit(() -> {
                journal.append(entry(request));
                return null;
            }));
        }
        for (Future<?> one : writing) {
            one.get();
        }
        writers.shutdown();

        assertThat(read(journal)).hasSize(40);
    }

    @Test
    void everyFileThatIsTakenAwayIsMissed() throws IOException {
        Journal journal = new Journal(folder, 1000);
        for (int i = 0; i < 20; i++) {
            journal.append(entry("request " + i));
        }
        List<Path> all;
        try (var files = Files.list(folder)) {
            all = files.filter(
                            f -> f.toString().endsWith(".jsonl") || f.toString().endsWith(".head"))
                    .toList();
        }
        assertThat(all).hasSizeGreaterThan(4);
        for (Path gone : all) {
            Path aside = folder.resolve("aside");
            Files.move(gone, aside);
            assertThatThrownBy(() -> read(journal)).as(gone.toString()).isInstanceOf(VerificationFailed.class);
            Files.move(aside, gone);
        }
        assertThat(read(journal)).hasSize(20);
    }

    @Test
    void whatWasCutOffIsStillMissedWhenTheJournalWentOn() throws IOException {
        Journal journal = new Journal(folder);
        for (int i = 0; i < 3; i++) {
            journal.append(entry("request " + i));
        }
        Path file = folder.resolve("journal.jsonl");
        Files.write(file, Files.readAllLines(file).subList(0, 1));

        journal.append(entry("afterwards"));

        assertThatThrownBy(() -> read(journal))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("does not follow");
    }

    @Test
    void aWholeNewChainIsToldByAHeadThatWasNotedDown() throws IOException {
        Journal journal = new Journal(folder.resolve("one"));
        journal.append(entry("first"));
        JournalHead known = journal.append(entry("second"));
        journal.append(entry("third"));
        Journal forged = new Journal(folder.resolve("other"));
        forged.append(entry("nothing"));

        assertThat(journal.read(record -> {}, known).number()).isEqualTo(3);
        assertThat(JournalHead.parse(Files.readString(folder.resolve("one/journal.head"))))
                .isEqualTo(journal.read(record -> {}));
        assertThatThrownBy(() -> forged.read(record -> {}, known))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("had a record 2 once");
        forged.append(entry("nothing either"));
        assertThatThrownBy(() -> forged.read(record -> {}, known))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("is not the record 2");
    }

    @Test
    void aTornLetterTakesNothingOfTheRecordBeforeIt() throws IOException {
        Journal journal = new Journal(folder);
        journal.append(entry("first"));
        Files.write(folder.resolve("journal.jsonl"), new byte[] {'{', (byte) 0xC3}, StandardOpenOption.APPEND);

        journal.append(entry("second"));

        assertThat(read(journal)).hasSize(2);
    }

    @Test
    void aSweepGivesUpNoLockOfItsOwnProcess() throws IOException {
        RunningOperations operations = new RunningOperations(folder, CLOCK);
        Random random = new Random(1);
        RunningOperations.Begun first =
                operations.begin(OperationId.startedAt(CLOCK.instant(), "backup", random), "backup", OPS, "one");
        operations.begin(OperationId.startedAt(CLOCK.instant(), "verify", random), "verify", OPS, "two");
        operations.sweep(gone -> {});

        first.done(ExitCode.OK, "made");

        assertThat(phases()).containsExactly("started one", "started two", "done one");
    }

    @Test
    void anOperationThatDiedBetweenItsEndAndTheCleaningUpEndsOnce() throws IOException {
        OperationId id = OperationId.startedAt(CLOCK.instant(), "backup", new Random(1));
        RunningOperations operations = new RunningOperations(folder, CLOCK);
        RunningOperations.Begun begun = operations.begin(id, "backup", OPS, "one");
        Path file = folder.resolve("running").resolve(id.text());
        String written = Files.readString(file);
        begun.done(ExitCode.OK, "made");
        Files.writeString(file, written);

        operations.sweep(gone -> {});

        assertThat(phases()).containsExactly("started one", "done one");
        assertThat(file).doesNotExist();
    }

    @Test
    void anEndThatTheJournalCouldNotTakeIsWrittenByTheNextStart() throws IOException {
        OperationId id = OperationId.startedAt(CLOCK.instant(), "backup", new Random(1));
        RunningOperations operations = new RunningOperations(folder, CLOCK);
        RunningOperations.Begun begun = operations.begin(id, "backup", OPS, "one");
        Path journal = folder.resolve("journal");
        Files.move(journal, folder.resolve("away"));
        Files.writeString(journal, "in the way");
        assertThatThrownBy(() -> begun.done(ExitCode.OK, "made")).isInstanceOf(IOException.class);
        Files.delete(journal);
        Files.move(folder.resolve("away"), journal);

        operations.sweep(gone -> {});

        assertThat(phases()).containsExactly("started one", "done one");
    }

    @Test
    void whoAskedAndFromWhereIsWritten() throws IOException {
        RunningOperations operations = new RunningOperations(folder, CLOCK);
        operations.noted(
                OperationId.startedAt(CLOCK.instant(), "backup", new Random(1)),
                "backup",
                OPS.asked("message jms", "key-7"),
                "backup of app",
                ExitCode.REFUSED,
                "the key may not");

        JsonNode record = read(new Journal(folder.resolve("journal"))).get(0);

        assertThat(record.path("key").asText()).isEqualTo("key-7");
        assertThat(record.path("from").asText()).isEqualTo("message jms");
        assertThat(record.path("phase").asText()).isEqualTo("refused");
        assertThat(record.path("exitCode").asInt()).isEqualTo(4);
    }

    private List<String> phases() throws IOException {
        return read(new Journal(folder.resolve("journal"))).stream()
                .map(r -> r.path("phase").asText() + " " + r.path("request").asText())
                .toList();
    }

    @Test
    void threadsThatSweepAtOnceEndEachOperationOnce() throws Exception {
        RunningOperations operations = new RunningOperations(folder, CLOCK);
        RunningOperations.Begun begun =
                operations.begin(OperationId.startedAt(CLOCK.instant(), "backup", new Random(1)), "backup", OPS, "one");
        Path running = folder.resolve("running");
        String written;
        try (var files = Files.list(running)) {
            written = Files.readString(files.findFirst().orElseThrow());
        }
        begun.done(ExitCode.OK, "");
        Files.createDirectory(running.resolve("20261123T020000Z-backup-dir0"));
        for (int i = 0; i < 20; i++) {
            String id = String.format("20261123T020000Z-backup-de%02d", i);
            Files.writeString(running.resolve(id), written.replaceFirst("2026\\d+T\\d+Z-backup-\\w+", id));
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> sweeps = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sweeps.add(threads.submit(() -> {
                // What is no record is said, and keeps none of the others from being ended.
                assertThatThrownBy(() -> operations.sweep(gone -> {})).isInstanceOf(IOException.class);
                return null;
            }));
        }
        for (Future<?> one : sweeps) {
            one.get();
        }
        threads.shutdown();

        assertThat(phases()).filteredOn("interrupted one"::equals).hasSize(20);
    }

    @Test
    void anOperationWhoseProcessDiedIsInterrupted() throws IOException {
        RunningOperations operations = new RunningOperations(folder, CLOCK);
        Random random = new Random(1);
        RunningOperations.Begun killed =
                operations.begin(OperationId.startedAt(CLOCK.instant(), "backup", random), "backup", OPS, "two");
        Path file;
        try (var files = Files.list(folder.resolve("running"))) {
            file = files.findFirst().orElseThrow();
        }
        String written = Files.readString(file);
        killed.done(ExitCode.OK, "");
        // As a process leaves it that was killed: the file is there, and nobody holds its lock.
        Files.writeString(
                folder.resolve("running").resolve("20261123T020000Z-backup-dead"),
                written.replaceFirst("2026\\d+T\\d+Z-backup-\\w+", "20261123T020000Z-backup-dead"));

        List<String> told = new ArrayList<>();
        operations.sweep(gone -> told.add(gone.operation()));
        operations.sweep(gone -> told.add(gone.operation()));
        operations.begin(OperationId.startedAt(CLOCK.instant(), "verify", random), "verify", OPS, "three");

        assertThat(told).containsExactly("20261123T020000Z-backup-dead");
        assertThat(phases()).containsExactly("started two", "done two", "interrupted two", "started three");
    }

    @Test
    void aHeadThatIsOneBehindNamesTheRecordBefore() throws IOException {
        Journal journal = new Journal(folder);
        journal.append(entry("first"));
        String before = Files.readString(folder.resolve("journal.head"));
        journal.append(entry("second"));
        Path head = folder.resolve("journal.head");
        Files.writeString(head, before);
        assertThat(read(journal)).as("as a crash leaves it").hasSize(2);

        Files.writeString(head, "1 " + "ab".repeat(32) + "\n");

        assertThatThrownBy(() -> read(journal))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("journal.head");
    }

    @Test
    void recordsThatAreAllGoneAreMissedWhereOperationsHaveRun() throws IOException {
        RunningOperations operations = new RunningOperations(folder, CLOCK);
        operations
                .begin(OperationId.startedAt(CLOCK.instant(), "backup", new Random(1)), "backup", OPS, "one")
                .done(ExitCode.OK, "made");
        Path records = folder.resolve("journal");
        Journal journal = new Journal(records);
        Files.delete(records.resolve("journal.jsonl"));
        Files.delete(records.resolve("journal.head"));
        assertThatThrownBy(() -> read(journal))
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("holds no record");

        Files.delete(records.resolve("journal.lock"));
        Files.delete(records);

        assertThatThrownBy(journal::require)
                .isInstanceOf(VerificationFailed.class)
                .hasMessageContaining("is gone");
        assertThatThrownBy(new Journal(folder.resolve("never/journal"))::require)
                .isInstanceOf(NotFound.class);
    }

    @Test
    void aBrokenJournalIsPutAsideAndTheNextChainSaysSo() throws IOException {
        Journal journal = new Journal(folder, 1000);
        for (int i = 0; i < 5; i++) {
            journal.append(entry("request " + i));
        }
        for (String broken : List.of("journal.jsonl", "journal.head")) {
            Path file = folder.resolve(broken);
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 40] ^= 1;
            bytes[bytes.length - 41] = '?';
            Files.write(file, bytes);

            journal.append(entry("after " + broken));

            List<JsonNode> records = new ArrayList<>();
            assertThatThrownBy(() -> journal.read(records::add))
                    .isInstanceOf(VerificationFailed.class)
                    .hasMessageContaining("put aside in broken-20261123T025149Z");
            assertThat(records)
                    .extracting(r -> r.path("request").asText())
                    .last()
                    .isEqualTo("after " + broken);
            assertThat(records.get(0).path("verb").asText()).isEqualTo("journal");
            assertThat(records.get(0).path("outcome").asText())
                    .contains(broken, "what there was is in broken-20261123T025149Z");
        }
        assertThat(folder.resolve("broken-20261123T025149Z/journal.head")).exists();
        assertThat(folder.resolve("broken-20261123T025149Z/journal-000000000001.jsonl"))
                .exists();
        // Once it was looked into, it is moved elsewhere.
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        for (Path aside :
                List.of(folder.resolve("broken-20261123T025149Z"), folder.resolve("broken-20261123T025149Z-2"))) {
            Files.move(aside, elsewhere.resolve(aside.getFileName().toString()));
        }
        assertThat(read(journal)).hasSize(2);
    }
}
