package io.agentflow.dr.restore;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.BackupStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What restore is asked for.
 *
 * @param target the cluster, and the database that will have the backup's content afterwards
 * @param tables what a critical restore brings back; of no meaning to the others
 * @param jobs how many workers load the data
 * @param stall how long a tool may show no sign of life
 * @param targetAgain the options that name the target in a command that is shown to be typed next, with a blank before
 *     them and without a password; empty where the environment names it
 */
public record RestoreRequest(
        BackupStore store,
        BackupId id,
        RestoreType type,
        DatabaseUrl target,
        RestoreOptions options,
        TableChoice tables,
        int jobs,
        Duration stall,
        String targetAgain) {

    public RestoreRequest {
        if (jobs < 1 || jobs > 256) {
            throw new UsageError("--jobs is " + jobs, "Use 1 to 256.");
        }
    }

    public DatabaseName database() {
        return target.database();
    }

    /** The line to type for the same tables from another backup of the store. */
    public String again(BackupId other) {
        return line(other)
                + (tables.names().isEmpty() ? "" : " --tables " + ShellWord.of(String.join(",", tables.names())))
                + (tables.replace() ? " --replace" : "")
                + options.typed().stream().map(word -> " " + ShellWord.of(word)).collect(Collectors.joining());
    }

    /** The line to type for the rows of these tables, each as it is to be typed. */
    public String line(List<String> names) {
        return line(id) + " --tables " + ShellWord.of(String.join(",", names)) + " --replace";
    }

    private String line(BackupId of) {
        return ShellWord.af(List.of("backup", "restore", of.text(), store.name(), type.text())) + targetAgain;
    }

    /** What is asked for, for people, without secrets. */
    public String words() {
        return "restore of " + id + " from " + store.name() + " into " + target;
    }

    /**
     * The arguments with which af does the same again: everything but the password, which the environment or ~/.pgpass must
     * give once more. Every option of {@code af backup restore} is told here.
     */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "backup",
                "restore",
                id.text(),
                store.address(),
                type.text(),
                "--target-database-url",
                target.connectionString(),
                "-j",
                String.valueOf(jobs)));
        if (!tables.names().isEmpty()) {
            arguments.addAll(List.of("--tables", String.join(",", tables.names())));
        }
        if (tables.replace()) {
            arguments.add("--replace");
        }
        arguments.addAll(options.typed());
        return List.copyOf(arguments);
    }
}
