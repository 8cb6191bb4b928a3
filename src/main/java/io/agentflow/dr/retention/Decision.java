package io.agentflow.dr.retention;

import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of a backup.
 *
 * @param kept by what; empty if it expires
 * @param expiry why it expires, or would if it were not for what is no policy; empty if the policy keeps it
 */
public record Decision(Candidate backup, List<Why> kept, String expiry) {
    /** One thing that keeps a backup, and how, for people. */
    public record Why(KeepRule rule, String text) {}

    public Decision {
        kept = List.copyOf(kept);
    }

    /** The same, kept by this, too. */
    Decision keptBy(KeepRule rule, List<String> texts) {
        List<Why> more = new ArrayList<>(kept);
        texts.forEach(text -> more.add(new Why(rule, text)));
        return new Decision(backup, more, expiry);
    }

    public boolean expires() {
        return kept.isEmpty();
    }
}
