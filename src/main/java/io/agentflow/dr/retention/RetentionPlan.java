package io.agentflow.dr.retention;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.ShellWord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which backups of a store expire, which are kept, and why: what is shown is what is applied.
 *
 * @param store as it was named
 * @param place the same however it is named
 * @param databases one for each database of each cluster
 * @param doubtful backups that no policy is asked about
 * @param unfinished folders that are called like backups and have no manifest
 * @param sparing is asked again before one goes
 */
public record RetentionPlan(
        String store,
        String place,
        List<DatabasePlan> databases,
        List<Doubtful> doubtful,
        int unfinished,
        Sparing sparing) {
    private static final int TOKEN = 16;

    /** A backup whose manifest cannot be read or believed, and why. Nobody knows whose it is, or how old. */
    public record Doubtful(BackupId id, String why) {}

    public List<Decision> expiring() {
        return databases.stream().flatMap(one -> one.expiring().stream()).toList();
    }

    /** A name for exactly this: another one as soon as another backup expires, or one does no longer. */
    public String token() {
        String ids = expiring().stream()
                .map(one -> one.backup().id().text())
                .sorted()
                .collect(Collectors.joining("\n", "expire\n" + place + "\n", "\n"));
        return Sha256.of(ids.getBytes(StandardCharsets.UTF_8)).hex().substring(0, TOKEN);
    }

    /**
     * Wants that this is the plan that somebody has seen.
     *
     * @throws Refused if it is another one
     */
    public void require(String seen) {
        if (!seen.equals(token())) {
            throw new Refused(
                    "the plan is no longer " + seen + " but " + token() + ", by which "
                            + Count.of(expiring().size(), "backup") + " would expire",
                    "Look at it: af retention plan " + ShellWord.of(store));
        }
    }

    /**
     * Wants that nothing in it needs to be looked at before it is applied.
     *
     * @throws Refused if something does
     */
    public void requireNoDoubt() {
        Optional<String> doubt = databases.stream()
                .map(one -> one.decided().doubt())
                .filter(Objects::nonNull)
                .findFirst();
        if (doubt.isPresent()) {
            throw new Refused(
                    "this may be a clock's mistake: " + doubt.get(),
                    "Look at the times: af retention plan " + ShellWord.of(store)
                            + ". If they are right: af retention apply " + ShellWord.of(store) + " --plan " + token());
        }
    }

    /**
     * What of it is about one backup.
     *
     * @param id null for all of it
     */
    public RetentionPlan only(@Nullable String id) {
        return id == null
                ? this
                : new RetentionPlan(
                        store,
                        place,
                        databases.stream().flatMap(one -> one.only(id).stream()).toList(),
                        doubtful.stream()
                                .filter(one -> one.id().text().equals(id))
                                .toList(),
                        0,
                        sparing);
    }

    /** What somebody should see to. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        doubtful.forEach(one -> warnings.add(one.id() + " is kept: " + one.why()));
        if (unfinished > 0) {
            warnings.add(Count.of(unfinished, "folder") + " without manifest.json "
                    + (unfinished == 1 ? "is left as it is" : "are left as they are"));
        }
        databases.forEach(one -> warnings.addAll(one.warnings()));
        return warnings;
    }
}
