package io.agentflow.dr.store;

import io.agentflow.dr.core.BackupId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * What lies at the top of an object store: a folder for each backup, and beside it empty objects in whose names stands
 * what a list shows of it, {@code <id>.head.<…>} and {@code <id>.evidence.<…>}. So thousands of backups are listed with a
 * handful of requests. A backup without a head there is asked for by itself.
 */
final class StoreTop {
    private static final String HEAD = ".head.";
    private static final String EVIDENCE = ".evidence.";
    /** A manifest begins with all that a list shows, and no longer than this. */
    private static final int HEAD_BYTES = 1024;

    private static final String END_OF_SUMMARY = "\n  }";
    /** Servers that keep objects as files take no longer names. */
    private static final int LONGEST = 255;
    /** What all of them say need not stand in the name. Part of the format: another one needs another word than head. */
    private static final byte[] KNOWN = """
            {
              "formatVersion" : 1,
              "id" : "202",
              "database" : "postgres",
              "createdAt" : "202-0-T:.Z",
              "summary" : {
                "bytes" : 0,
                "tables" : 1,
                "rows" : null,
                "components" : [
                  {
                    "kind" : "globals",
                    "bytes" : 331,
                    "files" : 1
                  },
                  {
                    "kind" : "schema",
                    "bytes" : ,
                    "files" : 1
                  },
                  {
                    "kind" : "data",
                    "bytes" : ,
                    "files" : 1
                  },
                  {
                    "kind" : "critical",
                    "bytes" : ,
                    "files" : 1
                  }
                ]
              }""".getBytes(StandardCharsets.UTF_8);

    private final Map<BackupId, List<String>> entries = new HashMap<>();
    private final TreeMap<BackupId, Boolean> folders = new TreeMap<>(Comparator.reverseOrder());

    private StoreTop() {}

    static StoreTop of(ObjectStore objects) {
        StoreTop top = new StoreTop();
        try (Stream<String> names = objects.names()) {
            names.forEach(top::add);
        }
        return top;
    }

    private void add(String name) {
        if (name.endsWith("/")) {
            BackupId.parse(name.substring(0, name.length() - 1)).ifPresent(id -> folders.put(id, true));
        } else if (name.indexOf('.') > 0) {
            BackupId.parse(name.substring(0, name.indexOf('.')))
                    .ifPresent(id -> entries.computeIfAbsent(id, none -> new ArrayList<>())
                            .add(name));
        }
    }

    /** The backups of which there is any object, newest first. */
    List<BackupId> backups() {
        return List.copyOf(folders.keySet());
    }

    /** The names of all that lies beside a backup. */
    List<String> entries(BackupId id) {
        return entries.getOrDefault(id, List.of());
    }

    /** Whether its manifest is known to have been stored. */
    boolean published(BackupId id) {
        return entries(id).stream().anyMatch(name -> name.startsWith(id + HEAD));
    }

    /** The beginning of its manifest, if it is known. */
    Optional<BackupStore.Opening> head(BackupId id) {
        return entries(id).stream()
                .filter(name -> name.startsWith(id + HEAD))
                .map(name -> name.substring((id + HEAD).length()))
                .<BackupStore.Opening>map(packed -> () -> unpacked(packed))
                .findFirst();
    }

    /** The names of its evidence, if its head is known. */
    List<String> evidence(BackupId id) {
        return entries(id).stream()
                .filter(name -> name.startsWith(id + EVIDENCE))
                .map(name -> name.substring((id + EVIDENCE).length()))
                .toList();
    }

    static String evidenceName(BackupId id, String evidence) {
        return id + EVIDENCE + evidence;
    }

    /** The name that tells the beginning of this manifest; nothing if it would be too long. */
    static Optional<String> headName(BackupId id, Path manifest) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(manifest)) {
            head = in.readNBytes(HEAD_BYTES);
        }
        int end = new String(head, StandardCharsets.ISO_8859_1).indexOf(END_OF_SUMMARY);
        String name = id + HEAD + packed(end < 0 ? head : Arrays.copyOf(head, end + END_OF_SUMMARY.length()));
        return name.length() > LONGEST ? Optional.empty() : Optional.of(name);
    }

    private static String packed(byte[] head) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setDictionary(KNOWN);
            deflater.setInput(head);
            deflater.finish();
            byte[] packed = new byte[2 * HEAD_BYTES];
            int length = deflater.deflate(packed);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(packed, length));
        } finally {
            deflater.end();
        }
    }

    /** No more than was packed: the name may be anybody's. */
    private static InputStream unpacked(String packed) throws IOException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setDictionary(KNOWN);
            inflater.setInput(Base64.getUrlDecoder().decode(packed));
            byte[] head = new byte[HEAD_BYTES];
            int length = inflater.inflate(head);
            if (!inflater.finished()) {
                throw new IOException("its entry beside the backup is cut short");
            }
            return new ByteArrayInputStream(head, 0, length);
        } catch (IllegalArgumentException | DataFormatException e) {
            throw new IOException("its entry beside the backup is damaged", e);
        } finally {
            inflater.end();
        }
    }
}
