package io.agentflow.dr.cli;

import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows an operation while it runs: one bar a part on a terminal, a line for each finished part elsewhere. */
final class LiveProgress implements OperationEvents, AutoCloseable {
    private static final int BAR = 20;
    private static final long REDRAW_NANOS = 100_000_000;

    private final Terminal terminal;
    private final boolean verbose;
    private final Map<String, String> parts = new LinkedHashMap<>();
    private int drawn;
    private long drawnAt;

    LiveProgress(Terminal terminal, boolean verbose) {
        this.terminal = terminal;
        this.verbose = verbose;
    }

    @Override
    public synchronized void accept(OperationEvent event) {
        if (event instanceof OperationEvent.Started started) {
            above(started.headline());
        } else if (event instanceof OperationEvent.Noted noted) {
            above(line(noted.label(), noted.text()));
        } else if (event instanceof OperationEvent.Warned warned) {
            above(terminal.doubtful("! ") + warned.text());
        } else if (event instanceof OperationEvent.Retrying retrying) {
            parts.clear();
            drawn = 0;
            above(terminal.doubtful("! ") + retrying.fact() + "; trying again");
        } else if (event instanceof OperationEvent.Progress progress && terminal.live()) {
            parts.put(progress.part(), bar(progress.done()) + "  " + progress.detail());
            redraw(progress.done() >= 1);
        } else if (event instanceof OperationEvent.PartDone done) {
            done(done);
        } else if (event instanceof OperationEvent.StepDone step && verbose) {
            above("    " + step.route() + "/" + step.step() + " took "
                    + step.elapsed().toMillis() + " ms");
        } else if (event instanceof OperationEvent.ToolSaid said && verbose) {
            above("    " + said.tool() + ": " + said.line().replaceFirst("^" + said.tool() + ": ", ""));
        }
    }

    private void done(OperationEvent.PartDone done) {
        if (terminal.live()) {
            parts.put(done.part(), bar(1) + "  " + done.detail());
            redraw(true);
        } else {
            terminal.say(line(done.part(), "done   " + done.detail()));
        }
    }

    private static String line(String label, String text) {
        return String.format("  %-10s %s", label, text);
    }

    private String bar(double done) {
        if (done < 0) {
            return "░".repeat(BAR) + "       ";
        }
        int full = (int) Math.round(done * BAR);
        String figure = done >= 1 ? terminal.good("done ") : String.format("%3.0f %%", done * 100);
        return "█".repeat(full) + "░".repeat(BAR - full) + "  " + figure;
    }

    /** Prints a line that stays, above the bars. */
    private void above(String text) {
        erase();
        terminal.say(text);
        redraw(true);
    }

    private void erase() {
        if (drawn > 0) {
            terminal.raw("\u001b[" + drawn + "A\u001b[J");
            drawn = 0;
        }
    }

    private void redraw(boolean now) {
        if (!terminal.live() || parts.isEmpty() || (!now && System.nanoTime() - drawnAt < REDRAW_NANOS)) {
            return;
        }
        erase();
        StringBuilder lines = new StringBuilder();
        parts.forEach((part, text) -> lines.append(clipped(line(part, text))).append('\n'));
        terminal.raw(lines.toString());
        drawn = parts.size();
        drawnAt = System.nanoTime();
    }

    /** A line that wraps could not be drawn over. */
    private static String clipped(String line) {
        int columns = Integer.getInteger("af.terminal.columns", 100);
        return line.length() <= columns ? line : line.substring(0, columns - 1) + "…";
    }

    /** Leaves the bars as they are: the outcome was printed below them and must not be drawn over. */
    @Override
    public synchronized void close() {
        drawn = 0;
        parts.clear();
    }
}
