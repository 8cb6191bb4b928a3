package io.agentflow.dr.cli;

import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.retention.Candidate;
import io.agentflow.dr.retention.DatabasePlan;
import io.agentflow.dr.retention.Decision;
import io.agentflow.dr.retention.RetentionPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How a plan of retention is printed. */
final class RetentionOutput {
    private final RetentionPlan plan;

    RetentionOutput(RetentionPlan plan) {
        this.plan = plan;
    }

    /** What somebody should see to makes it a warning. */
    ExitCode code() {
        return plan.warnings().isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }

    /** What a document says of it. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("store", plan.store());
        fields.put("plan", plan.token());
        fields.put("expiring", ids(plan.expiring()));
        fields.put(
                "databases",
                plan.databases().stream().map(RetentionOutput::fields).toList());
        fields.put(
                "doubtful",
                plan.doubtful().stream()
                        .map(one -> Map.of("id", one.id().text(), "why", one.why()))
                        .toList());
        fields.put("warnings", plan.warnings());
        return fields;
    }

    private static List<String> ids(List<Decision> decisions) {
        return decisions.stream().map(one -> one.backup().id().text()).toList();
    }

    private static Map<String, Object> fields(DatabasePlan database) {
        Candidate newest = database.decided().newest();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("database", database.database());
        fields.put("cluster", database.cluster());
        fields.put("policy", database.policy().rules());
        fields.put("timeZone", database.policy().zone().getId());
        fields.put("countedFrom", newest == null ? null : newest.id().text());
        fields.put("held", database.decided().held());
        fields.put("doubt", database.decided().doubt());
        fields.put(
                "backups",
                database.decided().decisions().stream()
                        .map(RetentionOutput::fields)
                        .toList());
        return fields;
    }

    private static Map<String, Object> fields(Decision decision) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", decision.backup().id().text());
        fields.put("createdAt", decision.backup().at().toString());
        fields.put("bytes", decision.backup().bytes());
        fields.put("action", decision.expires() ? "expire" : "keep");
        fields.put(
                "reasons", decision.kept().stream().map(RetentionOutput::fields).toList());
        fields.put("expiry", decision.expiry());
        return fields;
    }

    private static Map<String, Object> fields(Decision.Why why) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("rule", why.rule().text());
        fields.put("text", why.text());
        return fields;
    }

    RetentionPlan plan() {
        return plan;
    }

    /** The whole plan, database by database. */
    List<String> lines(Terminal terminal, Instant now) {
        List<String> lines = new ArrayList<>();
        for (DatabasePlan database : plan.databases()) {
            lines.add(head(database));
            for (Decision one : database.decided().decisions()) {
                lines.add(line(terminal, one, now));
            }
        }
        return lines;
    }

    static String head(DatabasePlan database) {
        Candidate newest = database.decided().newest();
        return database.database() + " of cluster " + database.cluster() + ": "
                + database.policy().words()
                + (newest == null ? "" : "; counted from " + newest.id() + ", the newest that verified");
    }

    private static String line(Terminal terminal, Decision one, Instant now) {
        String reasons = one.expires()
                ? one.expiry()
                : one.kept().stream().map(Decision.Why::text).collect(Collectors.joining("; "));
        String verb = one.expires() ? terminal.bad("expire") : "keep  ";
        return String.format(
                "  %s  %s  %-14s %9s  %s",
                verb,
                one.backup().id(),
                Ago.of(one.backup().at(), now),
                new ByteSize(one.backup().bytes()),
                reasons);
    }

    /** How much it is, in one line. */
    String summary() {
        List<Decision> expiring = plan.expiring();
        long all = plan.databases().stream()
                .mapToLong(one -> one.decided().decisions().size())
                .sum();
        return expiring.isEmpty()
                ? "nothing expires: " + Count.of(all, "backup") + " kept in " + plan.store()
                : Count.of(expiring.size(), "backup") + " of " + all + " in " + plan.store() + " "
                        + (expiring.size() == 1 ? "expires, " : "expire, ")
                        + new ByteSize(expiring.stream()
                                .mapToLong(one -> one.backup().bytes())
                                .sum());
    }

    void warn(Terminal terminal) {
        plan.warnings().forEach(warning -> terminal.say(terminal.doubtful("! ") + warning));
    }
}
