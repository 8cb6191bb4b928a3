package io.agentflow.dr.app;

import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.daemon.FollowerState;
import io.agentflow.dr.event.Announcer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells once that a follower is behind, and once that it has all again; how far it is stands in its state. */
final class FollowerNews {
    private final FollowerState state;
    private final Announcer announcer;
    private final Requester who;
    private final Consumer<String> say;
    /** At the start nobody knows what an earlier run, or a command, has left and told. */
    private boolean first = true;

    private boolean told;
    private int sent;

    FollowerNews(FollowerState state, Announcer announcer, Requester who, Consumer<String> say) {
        this.state = state;
        this.announcer = announcer;
        this.who = who;
        this.say = say;
    }

    FollowerState state() {
        return state;
    }

    void say(String text) {
        say.accept(state.database() + ": " + text);
    }

    /** One more has arrived. */
    void arrived(int stillLacking) {
        sent++;
        state.lacks(stillLacking);
    }

    /**
     * It was tried to send it all.
     *
     * @param lacking how many it lacks still
     * @param why what stood in the way; null if nothing did
     */
    void tried(int lacking, @Nullable String why) {
        state.tried(lacking, lacking == 0 ? null : why);
        if (why != null) {
            behind(lacking, why);
        } else if (lacking == 0) {
            caughtUp();
        }
    }

    /** It could not be seen what it lacks: that is said when it begins, or when another reason takes its place. */
    void unknown(String why) {
        if (!why.equals(state.why())) {
            say("it cannot be seen what " + state.store() + " lacks: " + why);
        }
        state.unknown(why);
    }

    private void behind(int lacking, String why) {
        if (lacking == 0) {
            // It is away, and misses nothing yet.
            return;
        }
        if (!told) {
            say(state.store() + " is behind by " + Count.of(lacking, "backup") + ": " + why);
            announcer.behind(state.database(), state.store(), who, lacking, why);
        }
        told = true;
        first = false;
    }

    private void caughtUp() {
        if (sent > 0) {
            say(state.store() + " has got " + Count.of(sent, "backup") + ", and has all");
        }
        if (told || (first && sent > 0)) {
            announcer.caughtUp(state.database(), state.store(), who, sent);
        }
        told = false;
        first = false;
        sent = 0;
    }
}
