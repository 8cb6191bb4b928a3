package io.agentflow.dr.restore;

import io.agentflow.dr.core.Refused;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a restore would meet at the target, found out without touching anything.
 *
 * @param replaces whether a database of that name exists
 * @param bytes of that database
 * @param sessions connected to it
 */
public record RestorePlan(List<Finding> findings, boolean replaces, long bytes, int sessions) {

    public List<Finding> obstacles() {
        return findings.stream()
                .filter(f -> f.severity() == Finding.Severity.STOP)
                .toList();
    }

    /** The same with more findings, which stand first. */
    public RestorePlan after(List<Finding> first) {
        return new RestorePlan(Stream.concat(first.stream(), findings.stream()).toList(), replaces, bytes, sessions);
    }

    /**
     * Goes on only if nothing stands in the way.
     *
     * @throws Refused if something does
     */
    public void require() {
        refusal().ifPresent(refused -> {
            throw refused;
        });
    }

    /** All that stands in the way, with what mends each on a line of its own; empty when nothing does. */
    public Optional<Refused> refusal() {
        List<Finding> obstacles = obstacles();
        return obstacles.isEmpty()
                ? Optional.empty()
                : Optional.of(new Refused(
                        obstacles.stream().map(Finding::fact).collect(Collectors.joining("; ")),
                        obstacles.stream().map(Finding::fix).distinct().collect(Collectors.joining("\n"))));
    }
}
