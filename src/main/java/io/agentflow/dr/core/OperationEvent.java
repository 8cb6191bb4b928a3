package io.agentflow.dr.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A fact about an operation while it runs. Progress bars, journal, metrics and notifications listen to these. */
public sealed interface OperationEvent {

    /** What is being done to what, known as soon as it is known: the first line that an operator reads. */
    record Started(String headline) implements OperationEvent {}

    /** One more fact about the whole, such as the snapshot that was exported. */
    record Noted(String label, String text) implements OperationEvent {}

    /** A route step began. */
    record StepStarted(String route, String step) implements OperationEvent {}

    /** A route step ended well. */
    record StepDone(String route, String step, Duration elapsed) implements OperationEvent {}

    /** A route step failed. */
    record StepFailed(String route, String step, Throwable failure) implements OperationEvent {}

    /**
     * How far one part (globals, schema, critical, data, proof, load …) has come.
     *
     * @param done between 0 and 1, or negative when it cannot be known
     * @param detail what a person wants to read beside the bar
     */
    record Progress(String part, double done, String detail) implements OperationEvent {}

    /** One part is finished. */
    record PartDone(String part, String detail) implements OperationEvent {}

    /** Something is degraded, but the operation goes on. */
    record Warned(String text) implements OperationEvent {}

    /** A dead-letter report of the failure was written. */
    record Reported(String file) implements OperationEvent {}

    /** An attempt failed and will be made again. */
    record Retrying(String fact, @Nullable Duration delay) implements OperationEvent {}

    /** A line that an external tool said. */
    record ToolSaid(String tool, String line) implements OperationEvent {}
}
