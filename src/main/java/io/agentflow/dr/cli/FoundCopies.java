package io.agentflow.dr.cli;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import java.util.List;
import java.util.Map;

/**
 * A backup in all the stores that have it.
 *
 * @param found at least one, the primary first
 * @param silent the stores that may have it, too, and could not be asked, and why
 */
record FoundCopies(List<FoundBackup> found, Map<String, String> silent) {
    FoundCopies {
        found = List.copyOf(found);
    }

    BackupId id() {
        return found.get(0).id();
    }

    List<String> stores() {
        return found.stream().map(FoundBackup::store).toList();
    }

    /** Where it is, for people; nothing where there is but one store to choose from. */
    String where() {
        return found.get(0).chosen() ? " in " + String.join(", ", stores()) : "";
    }

    /**
     * Says which stores could not be asked.
     *
     * @param command that does the same in one of them, which is yet to be named
     * @return whether that is a warning
     */
    ExitCode told(Terminal terminal, String command) {
        silent.forEach((store, why) -> terminal.say(terminal.doubtful("! ") + store + " could not be asked: " + why
                + "; when it is back: " + command + " --store " + store));
        return silent.isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }
}
