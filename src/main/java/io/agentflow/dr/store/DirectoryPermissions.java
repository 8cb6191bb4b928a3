package io.agentflow.dr.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Who may read a backup: by default its owner alone, whatever the umask says. */
public record DirectoryPermissions(Set<PosixFilePermission> directories, Set<PosixFilePermission> files) {
    /** 0700 and 0600. */
    public static final DirectoryPermissions OWNER = of("rwx------", "rw-------");
    /** 0750 and 0640. */
    public static final DirectoryPermissions GROUP = of("rwxr-x---", "rw-r-----");
    /** 0755 and 0644. */
    public static final DirectoryPermissions ALL = of("rwxr-xr-x", "rw-r--r--");

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private static DirectoryPermissions of(String directories, String files) {
        return new DirectoryPermissions(
                PosixFilePermissions.fromString(directories), PosixFilePermissions.fromString(files));
    }

    void createDirectory(Path directory) throws IOException {
        Files.createDirectory(directory, attributes());
        apply(directory);
    }

    /** Makes a directory, and those above it that are missing. */
    public void createDirectories(Path directory) throws IOException {
        try {
            Files.createDirectories(directory, attributes());
        } catch (FileAlreadyExistsException e) {
            throw new FileAlreadyExistsException(directory.toString(), null, "it is not a directory");
        }
    }

    private FileAttribute<?>[] attributes() {
        return POSIX
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(directories)}
                : new FileAttribute<?>[0];
    }

    /** Gives a file or directory these permissions. */
    public void apply(Path path) throws IOException {
        if (POSIX) {
            Files.setPosixFilePermissions(
                    path, Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? directories : files);
        }
    }
}
