package io.agentflow.dr.kafka;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Causes;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What went wrong with Kafka, in one line. Its own log is off: it repeats itself with each attempt. */
final class KafkaFailures {
    private KafkaFailures() {}

    /** The failure and its root, which alone often tells it; no part of a password. */
    static String line(Throwable failure) {
        if (failure instanceof AfException known) {
            return known.fact();
        }
        if (failure instanceof TimeoutException) {
            return "no broker answers";
        }
        if (failure instanceof UnknownTopicOrPartitionException) {
            return "there is no such topic";
        }
        Throwable root = Causes.root(failure);
        String text = text(failure);
        return root == failure || text.contains(text(root)) ? text : text + ": " + text(root);
    }

    private static String text(Throwable failure) {
        String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        // It quotes what it does not understand there, and that may be a piece of a password.
        return text.contains("JAAS config") ? text.replaceAll("'[^']*'", "'****'") : text;
    }
}
