package io.agentflow.dr.core;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text as one word of a command line that is shown to be copied into a shell, and the line of such words. */
public final class ShellWord {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,-]+");

    /** What means itself between double quotes, in an interactive shell, too. */
    private static final Pattern TAME = Pattern.compile("[^\"$`\\\\!]*");

    private ShellWord() {}

    /** As it is where no shell would take it apart, else in quotes. */
    public static String of(String text) {
        if (PLAIN.matcher(text).matches()) {
            return text;
        }
        return text.contains("'") && TAME.matcher(text).matches()
                ? '"' + text + '"'
                : "'" + text.replace("'", "'\\''") + "'";
    }

    /** The line with which {@code af} does what these arguments say. */
    public static String af(List<String> arguments) {
        return "af " + arguments.stream().map(ShellWord::of).collect(Collectors.joining(" "));
    }
}
