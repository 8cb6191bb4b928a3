package io.agentflow.dr.restore;

import java.util.List;
import java.util.stream.Stream;

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

    /** The same with one more warning. */
    Proof with(String warning) {
        return new Proof(
                level,
                tables,
                identical,
                different,
                checks,
                Stream.concat(warnings.stream(), Stream.of(warning)).toList());
    }

    /** The same with one more thing that was compared, and what was different in it. */
    Proof and(String check, List<String> differences) {
        return new Proof(
                level,
                tables,
                identical,
                Stream.concat(different.stream(), differences.stream()).toList(),
                Stream.concat(checks.stream(), Stream.of(check)).toList(),
                warnings);
    }

    public boolean holds() {
        return different.isEmpty();
    }
}
