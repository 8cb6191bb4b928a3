package io.agentflow.dr.cli;

import io.agentflow.dr.backup.BackupRun;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A backup that its primary has published, and what has become of it in the stores that follow.
 *
 * @param primary how the configuration calls that store
 * @param left the followers that did not get it
 */
record FollowedBackup(
        BackupRun.Published made, String primary, List<NamedStore> followers, List<Operations.LeftBehind> left) {
    /** Those of the backup, and one for each store that is behind. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>(made.warnings());
        left.forEach(one -> warnings.add(fact(one) + "; send it with: " + command(one)));
        return warnings;
    }

    /** The same for people, who read what is to be done on a line of its own. */
    List<String> told() {
        List<String> told = new ArrayList<>(made.warnings());
        left.forEach(one -> told.add(fact(one)
                + (one.hint().isEmpty() ? "" : "\n  " + one.hint().replace("\n", "\n  "))
                + "\n  Then send it with: " + command(one)));
        return told;
    }

    private String fact(Operations.LeftBehind one) {
        return "published in " + primary + ", " + one.store() + " is behind: " + one.why();
    }

    private String command(Operations.LeftBehind one) {
        return "af backup copy " + made.manifest().id() + " --from " + ShellWord.of(primary) + " --to "
                + ShellWord.of(one.store());
    }

    /** The stores that have it, the primary first. */
    List<String> stores() {
        List<String> stores = new ArrayList<>(List.of(primary));
        followers.stream()
                .map(NamedStore::name)
                .filter(name -> left.stream().noneMatch(one -> one.store().equals(name)))
                .forEach(stores::add);
        return stores;
    }

    /** Those that do not, and why. */
    Map<String, String> behind() {
        Map<String, String> behind = new LinkedHashMap<>();
        left.forEach(one -> behind.put(one.store(), one.why()));
        return behind;
    }

    /** For people; nothing where there is but one store. */
    String where() {
        return followers.isEmpty() ? "" : "\n  it is in:         " + String.join(", ", stores());
    }
}
