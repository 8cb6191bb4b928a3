package io.agentflow.dr.route;

import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.request.Trigger;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Requests that are dropped into a folder as files; what is told of them is written into {@code results} in it. */
public final class FolderRequests implements Trigger {
    private static final String TRIGGER = "folder";

    private final Path folder;
    private final Path results;
    private final int mostBytes;

    /** @param mostBytes how much of a file is read: a longer one is no request */
    public FolderRequests(Path folder, int mostBytes) {
        this.folder = folder;
        this.results = folder.resolve("results");
        this.mostBytes = mostBytes;
    }

    @Override
    public Map<String, Object> beans() {
        return Map.of("folderRequests", this);
    }

    /** What is taken is moved: that needs the right to write. */
    @Override
    public Standing standing() {
        boolean there = Files.isDirectory(folder);
        boolean well = there && Files.isWritable(folder);
        return new Standing(well, folder + (well ? " is looked into" : there ? " cannot be written" : " is not there"));
    }

    /** Reads a file. */
    public ReceivedMessage read(File file) throws IOException {
        try (InputStream content = Files.newInputStream(file.toPath())) {
            return new ReceivedMessage(content.readNBytes(mostBytes), file.length(), new Arrival(TRIGGER, null, null));
        }
    }

    /** Writes {@code <id>.json}, whole or not at all; a refusal does not take the place of an earlier result. */
    public void reply(RequestReply reply) {
        RequestResult result = reply.result();
        boolean refused = result.status() == RequestResult.Status.REFUSED;
        Path file = results.resolve(result.request() + (refused ? ".refused.json" : ".json"));
        try {
            Files.createDirectories(results);
            Files.deleteIfExists(results.resolve("." + file.getFileName() + ".tmp"));
            DurableFile.write(file, result.json());
            DurableFile.forceDirectory(results);
        } catch (IOException e) {
            throw new OperationFailed(
                    "the result cannot be written to " + results + ": " + Reason.of(e),
                    "Check the free space and the rights.",
                    e);
        }
    }
}
