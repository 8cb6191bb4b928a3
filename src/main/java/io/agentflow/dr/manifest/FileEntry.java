package io.agentflow.dr.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * One file of a backup: where it lies, how long it is, and its digest.
 *
 * @param plain what it holds when it is decrypted; null if it is not encrypted
 */
public record FileEntry(
        BackupPath path,
        long bytes,
        Sha256 sha256,

        @JsonProperty(required = false) @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Digested plain) {

    /** What stands behind the name of a file that is encrypted. */
    public static final String ENCRYPTED = ".age";

    /** @throws IllegalArgumentException if an encrypted file does not bear such a name, or another one does */
    public FileEntry {
        if (path.text().endsWith(ENCRYPTED) != (plain != null)) {
            throw new IllegalArgumentException("'" + path + "' is " + (plain == null ? "not " : "") + "encrypted");
        }
    }

    public static FileEntry of(String path, Digested content) {
        return new FileEntry(new BackupPath(path), content.bytes(), content.sha256(), null);
    }

    /** An encrypted file, with its whole name. */
    public static FileEntry encrypted(String path, Digested stored, Digested plain) {
        return new FileEntry(new BackupPath(path), stored.bytes(), stored.sha256(), plain);
    }

    /** What the file is once it has been decrypted; itself if it is not encrypted. */
    public FileEntry decrypted() {
        if (plain == null) {
            return this;
        }
        String name = path.text();
        return of(name.substring(0, name.length() - ENCRYPTED.length()), plain);
    }
}
