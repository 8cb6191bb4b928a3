package io.agentflow.dr.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.VerificationFailed;
import java.io.IOException;
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
    @TempDir
    Path folder;

    private static JournalEntry entry(String request) {
        return new JournalEntry(
                Instant.parse("2026-11-23T02:51:49Z"),
                "20261123T025149Z-backup-ab12",
                "backup",
                JournalEntry.Phase.STARTED,
                "ops",
                "db1",
                42,
                request,
                null,
                null);
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
    void everyByteThatIsChangedIsFound() throws IOException {
        Journal journal = new Journal(folder);
        for (int i = 0; i < 3; i++) {
            journal.append(entry("request " + i));
        }
        Path file = folder.resolve("journal.jsonl");
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(file, changed);
            assertThatThrownBy(() -> read(journal))
                    .as("byte " + i)
                    .isInstanceOfAny(VerificationFailed.class, IOException.class);
        }
        Files.write(file, whole);
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
    void anOperationWhoseProcessDiedIsInterrupted() throws IOException {
        Clock clock = Clock.fixed(Instant.parse("2026-11-23T02:51:49Z"), ZoneOffset.UTC);
        RunningOperations operations = new RunningOperations(folder, clock);
        Random random = new Random(1);
        operations
                .begin(OperationId.startedAt(clock.instant(), "backup", random), "backup", "ops", "db1", "one")
                .done("made");
        // As a process leaves it that was killed after the record of its end.
        OperationId ended = OperationId.startedAt(clock.instant(), "delete", random);
        operations.begin(ended, "delete", "ops", "db1", "four").done("gone");
        Files.writeString(folder.resolve("running").resolve(ended.text()), "delete\nops\ndb1\n4711\nfour\n");
        // As a process leaves it that was killed: the file is there, and nobody holds its lock.
        Files.writeString(
                folder.resolve("running").resolve("20261123T020000Z-backup-dead"), "backup\nops\ndb1\n4711\ntwo\n");

        operations.begin(OperationId.startedAt(clock.instant(), "verify", random), "verify", "ops", "db1", "three");

        List<JsonNode> records = read(new Journal(folder.resolve("journal")));
        assertThat(records)
                .extracting(
                        r -> r.path("phase").asText() + " " + r.path("request").asText())
                .containsExactly(
                        "started one", "done one", "started four", "done four", "interrupted two", "started three");
    }
}
