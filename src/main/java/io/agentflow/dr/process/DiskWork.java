package io.agentflow.dr.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a program works at files, though it says nothing: pg_dump brings all that it has written to the disk at its
 * end, which takes long and asks no server. Linux tells it in /proc; elsewhere there is no sign.
 */
final class DiskWork {
    private final ProcessHandle program;
    private String before = "";

    DiskWork(ProcessHandle program) {
        this.program = program;
    }

    /** Whether it, or a child of its, has read or written files since the last look, or waits for a disk now. */
    boolean goesOn() {
        List<ProcessHandle> all =
                Stream.concat(Stream.of(program), program.descendants()).toList();
        String now = all.stream().map(one -> read(one, "io")).collect(Collectors.joining());
        boolean moved = !now.equals(before);
        before = now;
        return moved || all.stream().anyMatch(DiskWork::waits);
    }

    /** The state follows the name, which is in parentheses and may hold some itself. D is what waits for a device. */
    private static boolean waits(ProcessHandle one) {
        String stat = read(one, "stat");
        return stat.startsWith(") D", stat.lastIndexOf(')'));
    }

    private static String read(ProcessHandle one, String file) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(one.pid()), file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // It has ended, or the system has no such files.
            return "";
        }
    }
}
