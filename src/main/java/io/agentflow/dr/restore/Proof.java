package io.agentflow.dr.restore;

import java.util.List;

/**
 * What the comparison of the restored database with the backup's snapshot found.
 *
 * @param level how deep it looked: full, counts, none
 * @param tables how many tables hold rows
 * @param identical how many of them are the same by that level
 * @param different everything that is not the same, each with what was expected; empty when proven
 * @param checks one line for each kind of thing that was compared
 * @param warnings what differs but does not count
 */
public record Proof(
        String level, int tables, int identical, List<String> different, List<String> checks, List<String> warnings) {

    public boolean holds() {
        return different.isEmpty();
    }
}
