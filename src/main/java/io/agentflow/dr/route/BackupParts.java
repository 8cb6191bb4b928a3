package io.agentflow.dr.route;

import io.agentflow.dr.backup.BackupPart;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** Collects what the parallel branches of a backup yield. Whether all of it is there is for the seal to judge. */
public final class BackupParts implements AggregationStrategy {

    @Override
    public Exchange aggregate(@Nullable Exchange collected, Exchange branch) {
        List<Object> parts = new ArrayList<>();
        if (collected != null && collected.getMessage().getBody() instanceof List<?> before) {
            parts.addAll(before);
        }
        if (branch.getMessage().getBody() instanceof BackupPart part) {
            parts.add(part);
        }
        branch.getMessage().setBody(parts);
        return branch;
    }
}
