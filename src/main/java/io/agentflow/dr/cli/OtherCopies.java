package io.agentflow.dr.cli;

import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.ShellWord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What other stores of the configuration have of a backup that is deleted in one.
 *
 * @param store in which it is deleted
 * @param stores those that have a copy of which nothing bad is known
 * @param doubtful those that list it, and why what they have is no copy
 * @param wrecks of them those that are no whole backup themselves
 * @param silent those that could not be asked, and why
 * @param followed the primaries that the store follows
 */
record OtherCopies(
        String store,
        List<String> stores,
        Map<String, String> doubtful,
        Map<String, String> wrecks,
        Map<String, String> silent,
        List<String> followed) {
    OtherCopies(String store, List<ConfiguredStore> followed) {
        this(
                store,
                new ArrayList<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                followed.stream().map(ConfiguredStore::name).toList());
    }

    void add(String name, AskStores.Answer<LookForCopy.Found> answer) {
        AfException failure = answer.failure();
        LookForCopy.Found found = answer.value();
        if (failure != null) {
            silent.put(name, failure.fact());
        } else if (found != null) {
            add(name, found);
        }
    }

    private void add(String name, LookForCopy.Found found) {
        if (found.none() && followed.contains(name)) {
            // A mount point without its disk is there, and empty.
            silent.put(name, "it has no backups at all");
        }
        if (found.listed()) {
            found.damage().ifPresent(why -> wrecks.put(name, why));
            found.damage().or(found::other).ifPresentOrElse(why -> doubtful.put(name, why), () -> stores.add(name));
        }
    }

    /** Those that the store follows and that list it: they send it again. */
    List<String> sendAgain() {
        return followed.stream()
                .filter(name -> stores.contains(name) || doubtful.containsKey(name))
                .toList();
    }

    /** Whether nobody else is known to have it. */
    boolean last() {
        return stores.isEmpty();
    }

    /**
     * Wants that the deletion leaves no doubt whether there is another copy: that what the store follows was asked, and that
     * no wreck is all that is left.
     *
     * @param wreck whether what is deleted is itself known to be damaged
     * @throws Refused if not
     */
    void require(BackupId id, boolean wreck) {
        for (String primary : followed) {
            String why = silent.get(primary);
            if (why != null) {
                throw new Refused(
                        "nobody knows whether " + primary + " has it, which " + store + " follows, and here may be the"
                                + " last copy: " + why,
                        "Bring " + primary + " back, or take it out of the configuration if it is gone for good.");
            }
        }
        if (last() && !wreck) {
            wrecks.forEach((other, why) -> {
                throw new Refused(
                        "this is the last whole copy: in " + other + " it " + why,
                        "Delete that one first: " + ShellWord.af(List.of("backup", "delete", id.text(), other))
                                + "\nTo keep both, send it anew then: "
                                + ShellWord.af(List.of("backup", "copy", id.text(), "--from", store, "--to", other)));
            });
        }
    }

    /**
     * Wants that what was said before somebody answered is still so.
     *
     * @throws Refused if a copy is gone, or nobody can tell
     */
    void requireStill(OtherCopies said) {
        for (String name : said.stores) {
            if (!stores.contains(name)) {
                throw new Refused(
                        "its copy in " + name + " was whole a moment ago, and now nobody knows: "
                                + silent.getOrDefault(name, doubtful.getOrDefault(name, "it is gone")),
                        "Look where it is, and try again: af backup list");
            }
        }
    }

    /** For people, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!last()) {
            lines.add("It stays in " + String.join(", ", stores) + ".");
        }
        doubtful.forEach((name, why) -> lines.add("It is listed in " + name + ", too, but there it " + why + "."));
        silent.forEach((name, why) -> lines.add("Whether " + name + " has it could not be seen: " + why + "."));
        if (last()) {
            lines.add("No other store is known to have a whole copy.");
        }
        if (!sendAgain().isEmpty()) {
            lines.add("af serve sends it here again from " + String.join(", ", sendAgain())
                    + ", which this store follows: delete it there, too, if it is to go for good.");
        }
        return lines;
    }
}
