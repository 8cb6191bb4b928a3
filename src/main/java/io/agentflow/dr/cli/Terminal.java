package io.agentflow.dr.cli;

import io.agentflow.dr.core.AfException;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Standard output for data, standard error for everything else, and what is known of who looks at them. */
public final class Terminal {
    private final DataOutput data;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean interactiveInput;
    private final boolean liveError;
    private final boolean colour;
    private volatile boolean waiting;

    /**
     * @param interactiveInput whether somebody can answer a question
     * @param liveError whether lines on {@code err} can be drawn over
     */
    public Terminal(OutputStream out, PrintStream err, boolean interactiveInput, boolean liveError, boolean colour) {
        this.data = new DataOutput(out);
        this.out = new PrintStream(new BufferedOutputStream(data, 16 * 1024), false, StandardCharsets.UTF_8);
        this.err = err;
        this.interactiveInput = interactiveInput;
        this.liveError = liveError;
        this.colour = colour;
    }

    /** This process's. The launcher tells by system properties which streams are terminals. */
    public static Terminal system() {
        return new Terminal(
                new FileOutputStream(FileDescriptor.out),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                Boolean.getBoolean("af.terminal.stdin"),
                Boolean.getBoolean("af.terminal.stderr"),
                Boolean.getBoolean("af.terminal.stderr") && System.getenv("NO_COLOR") == null);
    }

    /** Data: what a script would read. */
    public void data(String line) {
        out.println(line);
    }

    /** Everything else. On a terminal it stands where it was said, between the data. */
    public void say(String line) {
        out.flush();
        err.println(line);
    }

    /** Hands on what data() has collected, and says so when it went nowhere. */
    boolean flush() {
        out.flush();
        data.lost().ifPresent(why -> err.println(doubtful("! ") + "standard output could not be written: " + why));
        return data.lost().isEmpty();
    }

    /** Says what is doubtful, and its hint below it. */
    void sayDoubt(String of, AfException why) {
        say(doubtful("! ") + of + why.fact());
        if (!why.hint().isEmpty()) {
            say("  " + why.hint().replace("\n", "\n  "));
        }
    }

    void raw(String text) {
        err.print(text);
        err.flush();
    }

    /** Whether somebody sits there who can answer a question. */
    boolean interactive() {
        return interactiveInput;
    }

    /** Whether nothing is done but to wait for an answer, of a person or a store, in which nothing is left half done. */
    public boolean waiting() {
        return waiting;
    }

    /** Does what only waits for an answer. */
    <T> T waiting(Supplier<T> answer) {
        waiting = true;
        try {
            return answer.get();
        } finally {
            waiting = false;
        }
    }

    /** Whether lines on standard error can be drawn over. */
    boolean live() {
        return liveError;
    }

    String good(String text) {
        return paint("32", text);
    }

    String bad(String text) {
        return paint("31", text);
    }

    String doubtful(String text) {
        return paint("33", text);
    }

    private String paint(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    /** The line that the user types, or null at the end of input. */
    @Nullable
    String ask(String question) {
        out.flush();
        err.print(question);
        err.flush();
        return waiting(Terminal::line);
    }

    private static @Nullable String line() {
        try {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        } catch (IOException e) {
            return null;
        }
    }
}
