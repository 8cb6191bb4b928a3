package io.agentflow.dr.cli;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A backup in all the stores that have it.
 *
 * @param found at least one, the primary first
 * @param left the stores that could not be asked, or in which it could not be changed, and why
 */
record FoundCopies(List<FoundBackup> found, Map<String, String> left) {
    FoundCopies {
        found = List.copyOf(found);
    }

    BackupId id() {
        return found.get(0).id();
    }

    List<String> names() {
        return found.stream().map(FoundBackup::store).toList();
    }

    List<NamedStore> stores() {
        return found.stream()
                .map(one -> new NamedStore(one.store(), one.catalog().store()))
                .toList();
    }

    /** Where it is, for people; nothing where there is but one store to choose from. */
    String where() {
        return found.get(0).chosen() ? " in " + String.join(", ", names()) : "";
    }

    /**
     * Changes it in each of them.
     *
     * @return where it was changed, and where not
     * @throws AfException if it was in none
     */
    FoundCopies each(Consumer<FoundBackup> change) {
        List<FoundBackup> changed = new ArrayList<>();
        List<AfException> failures = new ArrayList<>();
        Map<String, String> stay = new LinkedHashMap<>(left);
        for (FoundBackup one : found) {
            try {
                change.accept(one);
                changed.add(one);
            } catch (AfException e) {
                failures.add(e);
                stay.put(one.store(), e.fact());
            }
        }
        if (changed.isEmpty()) {
            throw failures.get(0);
        }
        return new FoundCopies(changed, stay);
    }

    /**
     * Says which stores are left out.
     *
     * @param command that does the same in one of them, which is yet to be named
     * @return whether that is a warning
     */
    ExitCode told(Terminal terminal, String command) {
        left.forEach((store, why) -> terminal.say(terminal.doubtful("! ") + store + " is left out: " + why
                + "\n  when that is mended:  " + command + " --store " + ShellWord.of(store)));
        return left.isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }
}
