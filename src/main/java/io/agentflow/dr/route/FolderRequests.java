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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Requests that are dropped into a folder as files; what is told of them is written into {@code results} in it. */
public final class FolderRequests implements Trigger {
    private static final String TRIGGER = "folder";
    private static final String RESULTS = "results";

    private final Path folder;
    private final Path results;
    private final int mostBytes;

    /** @param mostBytes how much of a file is read: a longer one is no request */
    public FolderRequests(Path folder, int mostBytes) {
        this.folder = folder;
        this.results = folder.resolve(RESULTS);
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
        requireNoLinks();
        Path path = file.toPath();
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            // A link may lead anywhere, and a pipe has no end.
            return new ReceivedMessage(new byte[0], 0, new Arrival(TRIGGER, null, null));
        }
        try (InputStream content = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            return new ReceivedMessage(content.readNBytes(mostBytes), file.length(), new Arrival(TRIGGER, null, null));
        }
    }

    /** Where files are moved to, a link would let whoever may write here put them anywhere. */
    private void requireNoLinks() {
        for (String name : List.of("accepted", "refused", RESULTS)) {
            if (Files.isSymbolicLink(folder.resolve(name))) {
                throw new OperationFailed(
                        folder.resolve(name) + " is a link, and files that others have dropped would follow it",
                        "Remove the link; look at who may write to " + folder + ".");
            }
        }
    }

    /** Writes {@code <id>.json}, whole or not at all; a refusal does not take the place of an earlier result. */
    public void reply(RequestReply reply) {
        RequestResult result = reply.result();
        boolean refused = result.status() == RequestResult.Status.REFUSED;
        requireNoLinks();
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
