package io.agentflow.dr.restore;

import io.agentflow.dr.core.Refused;
import java.util.List;
import java.util.stream.Collectors;

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

    /**
     * Goes on only if nothing stands in the way.
     *
     * @throws Refused if something does
     */
    public void require() {
        List<Finding> obstacles = obstacles();
        if (!obstacles.isEmpty()) {
            throw new Refused(
                    obstacles.stream().map(Finding::fact).collect(Collectors.joining("; ")),
                    obstacles.stream().map(Finding::fix).distinct().collect(Collectors.joining(" ")));
        }
    }
}
