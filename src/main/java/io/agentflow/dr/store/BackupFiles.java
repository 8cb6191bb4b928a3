package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** The files of one backup, wherever they lie. What was read through this lies in a folder of this machine afterwards. */
public interface BackupFiles extends AutoCloseable {
    /** The folder: the backup's own, or the one that its files are fetched into. */
    Path folder();

    /** How a command line names the store, quoted for a shell; empty where nobody could. */
    String store();

    /** Whether reading takes a transfer, so that nothing is read that is not needed. */
    boolean remote();

    /** How many files to read at once. */
    int readers();

    /**
     * What there is.
     *
     * @param sizes of the plain files, by path within the backup
     * @param others links and whatever else is neither file nor folder
     * @param folders below the backup's own
     */
    record Contents(Map<String, Long> sizes, List<String> others, List<String> folders) {}

    /** Looks what there is. */
    Contents contents() throws IOException;

    /**
     * Makes sure that there is room for what will be read.
     *
     * @throws io.agentflow.dr.core.Refused if there is not
     */
    void prepare(Predicate<String> wanted) throws IOException;

    /** Makes sure that a small file lies in the folder, to be read there. */
    void bring(String path) throws IOException;

    /**
     * Reads a file from end to end.
     *
     * @param progress gets the number of bytes of each piece that was read
     */
    Digested read(String path, LongConsumer progress) throws IOException;

    @Override
    void close();
}
