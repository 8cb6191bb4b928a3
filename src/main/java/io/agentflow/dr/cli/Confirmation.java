package io.agentflow.dr.cli;

import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Refused;

/** Asks before something is destroyed: the user types a name, not just a y. */
final class Confirmation {
    private final Terminal terminal;
    private final boolean given;

    /** @param given whether the command line said {@code --yes} */
    Confirmation(Terminal terminal, boolean given) {
        this.terminal = terminal;
        this.given = given;
    }

    /**
     * Shows what will happen and waits for the word.
     *
     * @throws Refused if there is nobody to ask
     * @throws Cancelled if another word is typed
     */
    void require(String consequence, String word, String meaning) {
        if (given) {
            return;
        }
        if (!terminal.interactive()) {
            throw new Refused(
                    "nobody is there to confirm this, and --yes was not given",
                    consequence.replace('\n', ' ') + " Add --yes to do that.");
        }
        terminal.say(consequence);
        String typed = terminal.ask("Type " + meaning + " to go on: ");
        if (!word.equals(typed == null ? null : typed.strip())) {
            throw new Cancelled("cancelled: nothing was touched", "Type exactly: " + word);
        }
    }
}
