package io.agentflow.dr.core;

import java.util.function.Consumer;

/** Passes on a line that differs from the one before: what is tried again and again is told when it changes. */
public final class ChangedLines implements Consumer<String> {
    private final Consumer<String> say;
    private String said = "";

    /** @param say gets what is new */
    public ChangedLines(Consumer<String> say) {
        this.say = say;
    }

    @Override
    public synchronized void accept(String line) {
        if (!line.equals(said)) {
            said = line;
            say.accept(line);
        }
    }
}
