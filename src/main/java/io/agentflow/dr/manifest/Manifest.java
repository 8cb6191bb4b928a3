package io.agentflow.dr.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.auditchain.TenantChain;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.postgres.ClusterNeeds;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.SequenceState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Seals a backup: names every file with its size and digest, and says what the snapshot held. The field order is the
 * order in the file. Specified in docs/repository-format.md and docs/manifest.schema.json.
 *
 * @param createdAt the instant of the snapshot, which is what a restore brings back
 * @param documents files that belong to no component, such as RESTORE.md
 * @param largeObjects how many, and their fingerprint in the form of a table's
 * @param objects number of indexes, constraints, functions and so on, by kind, that a restore must bring back
 * @param excluded relations whose rows are deliberately not in the backup
 * @param footprint what it takes on a server; null in backups of af 0.1.0
 * @param encryption to whom the components are encrypted; null if they are not
 * @param auditChains AgentFlow's audit chains as the snapshot saw them; null where there are none, or they were not read
 */
public record Manifest(
        int formatVersion,
        BackupId id,
        String database,
        Instant createdAt,
        Summary summary,
        String operation,
        String toolVersion,
        Instant startedAt,
        Instant finishedAt,
        Source source,
        Options options,
        DatabaseProperties properties,
        List<Component> components,
        List<FileEntry> documents,
        List<TableEntry> tables,
        List<SequenceState> sequences,
        LargeObjects largeObjects,
        SortedMap<String, Long> objects,
        List<Excluded> excluded,
        ClusterNeeds needs,
        Critical critical,
        List<String> warnings,

        @JsonProperty(required = false) @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Footprint footprint,

        @JsonProperty(required = false) @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        List<TenantChain> auditChains,

        @JsonProperty(required = false) @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Encryption encryption) {

    public static final int FORMAT = 1;
    /** The same, encrypted: what knows only the first one would take a stranger's bytes for a dump. */
    public static final int ENCRYPTED_FORMAT = 2;

    public static final BackupPath FILE = new BackupPath("manifest.json");
    public static final BackupPath SUM_FILE = new BackupPath("manifest.sha256");
    /** The signature over the bytes of the manifest, where whoever made the backup has a key to sign with. */
    public static final BackupPath SIGNATURE_FILE = new BackupPath("manifest.sig");

    /** Where the backup came from. */
    public record Source(
            String url,
            long databaseOid,
            @Nullable String systemIdentifier,
            String serverVersion,
            int serverVersionNumber,
            String snapshot,
            @Nullable String lsn,
            String xidHorizon,
            SortedMap<String, String> tools) {}

    /** How it was made. */
    public record Options(int jobs, String compression, String proof) {}

    /** How many large objects there are, and what they hold. */
    public record LargeObjects(long count, @Nullable String fingerprint) {}

    /** A relation whose rows are not in the backup, and why. */
    public record Excluded(String schema, String name, String reason) {}

    /** Which critical tables were found and which were not there. */
    public record Critical(List<String> found, List<String> missing) {}

    /**
     * How the components are encrypted.
     *
     * @param method {@code age}: age-encryption.org/v1
     * @param recipients whose identities decrypt it, each alone
     */
    public record Encryption(String method, List<String> recipients) {
        public static final String AGE = "age";

        public Encryption {
            if (!method.equals(AGE) || recipients.isEmpty()) {
                throw new IllegalArgumentException("encryption by '" + method + "' to " + recipients.size());
            }
            recipients = List.copyOf(recipients);
        }
    }

    /**
     * What the database takes on a server.
     *
     * @param databaseBytes with its indexes
     * @param owned how many objects each role owns
     */
    public record Footprint(long databaseBytes, SortedMap<String, Long> owned) {
        public Footprint {
            owned = new TreeMap<>(owned);
        }
    }

    /** @throws IllegalArgumentException if it names a file twice or its summary is not that of its content */
    public Manifest {
        if (!summary.equals(Summary.of(components, tables))) {
            throw new IllegalArgumentException("the summary does not fit the content");
        }
        if (components.stream()
                .flatMap(c -> c.files().stream())
                .anyMatch(f -> (f.plain() != null) != (encryption != null))) {
            throw new IllegalArgumentException("a file is encrypted where the manifest says otherwise");
        }
        Set<BackupPath> seen = new HashSet<>();
        files(components, documents).forEach(file -> {
            if (!seen.add(file.path())) {
                throw new IllegalArgumentException("'" + file.path() + "' is named twice");
            }
        });
        objects = new TreeMap<>(objects);
    }

    /** The summary that belongs to these components and tables. */
    public static Summary summaryOf(List<Component> components, List<TableEntry> tables) {
        return Summary.of(components, tables);
    }

    private static Stream<FileEntry> files(List<Component> components, List<FileEntry> documents) {
        return Stream.concat(components.stream().flatMap(c -> c.files().stream()), documents.stream());
    }

    /** Every file that the seal names: not the manifest itself and not the sum files. */
    public List<FileEntry> files() {
        return files(components, documents).toList();
    }

    /** Whether nobody reads it without an identity. */
    public boolean encrypted() {
        return encryption != null;
    }

    /** Whom it is encrypted to; empty if it is not. */
    public List<String> encryptedTo() {
        return encryption == null ? List.of() : encryption.recipients();
    }

    /** What it is once all of it has been decrypted; itself if it is not encrypted. */
    public Manifest decrypted() {
        List<Component> plain = components.stream()
                .map(c -> new Component(
                        c.kind(), c.files().stream().map(FileEntry::decrypted).toList()))
                .toList();
        return encryption == null
                ? this
                : new Manifest(
                        formatVersion,
                        id,
                        database,
                        createdAt,
                        Summary.of(plain, tables),
                        operation,
                        toolVersion,
                        startedAt,
                        finishedAt,
                        source,
                        options,
                        properties,
                        plain,
                        documents,
                        tables,
                        sequences,
                        largeObjects,
                        objects,
                        excluded,
                        needs,
                        critical,
                        warnings,
                        footprint,
                        auditChains,
                        null);
    }

    /** How many objects each role owns; nothing where the backup does not say. */
    public Map<String, Long> owned() {
        return footprint == null ? Map.of() : footprint.owned();
    }

    /** Every file that it seals, with the size and digest that it demands: those of the components, and their sum files. */
    public SortedMap<BackupPath, Digested> sealed() {
        SortedMap<BackupPath, Digested> sealed = new TreeMap<>();
        files().forEach(file -> sealed.put(file.path(), new Digested(file.bytes(), file.sha256())));
        sumFiles().forEach((path, sums) -> {
            byte[] text = sums.getBytes(StandardCharsets.ISO_8859_1);
            sealed.put(path, new Digested(text.length, Sha256.of(text)));
        });
        return sealed;
    }

    /** The sum files and exactly what must be in them, but for the manifest's own. */
    public Map<BackupPath, String> sumFiles() {
        Map<BackupPath, String> sums = new TreeMap<>();
        components.forEach(c -> sums.put(c.kind().sumFile(), c.sumLines()));
        return sums;
    }
}
