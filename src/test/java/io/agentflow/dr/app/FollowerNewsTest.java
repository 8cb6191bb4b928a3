package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.daemon.FollowerState;
import io.agentflow.dr.event.Announcer;
import io.agentflow.dr.event.CloudEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever is told of a store that is behind is told once, and once that it is not any more. */
class FollowerNewsTest {
    private final List<CloudEvent.Type> told = new ArrayList<>();
    private final FollowerState state = new FollowerState("main", "s3-eu");
    private final FollowerNews news = new FollowerNews(
            state,
            new Announcer(event -> told.add(event.type()), Clock.systemUTC(), Duration.ofSeconds(10), new Redaction()),
            new Requester("af", "h", "", null),
            line -> {});

    @Test
    void aBreachIsToldOnceHoweverOftenItIsTried() {
        news.tried(2, "away");
        news.tried(3, "away");
        assertThat(state.behind()).isEqualTo(3);
        assertThat(state.why()).isEqualTo("away");
        news.arrived(2);
        news.tried(2, "away again");
        news.arrived(1);
        news.arrived(0);
        news.tried(0, null);
        news.tried(0, null);

        assertThat(told).containsExactly(CloudEvent.Type.BEHIND, CloudEvent.Type.CAUGHT_UP);
        assertThat(state.behind()).isZero();
        assertThat(state.why()).isNull();
    }

    @Test
    void whatWasNeverSeenIsNotAll() {
        assertThat(state.known()).isFalse();
        news.unknown("the primary is away");
        assertThat(state.known()).isFalse();
        assertThat(state.why()).isEqualTo("the primary is away");
        news.tried(0, null);
        assertThat(state.known()).isTrue();
        assertThat(state.why()).isNull();
    }

    @Test
    void eachBackupThatArrivesAsItShouldIsNoNews() {
        news.tried(0, null);
        news.arrived(0);
        news.tried(0, null);

        assertThat(told).isEmpty();
    }

    @Test
    void whatAnEarlierRunHasLeftIsToldWhenItHasArrived() {
        news.arrived(0);
        news.tried(0, null);

        assertThat(told).containsExactly(CloudEvent.Type.CAUGHT_UP);
    }

    @Test
    void aStoreThatIsAwayAndLacksNothingIsNotBehind() {
        news.tried(0, "away");

        assertThat(told).isEmpty();
        assertThat(state.why()).isNull();
    }

    @Test
    void whatSomebodyElseIsSendingIsNoBreach() {
        news.tried(1, null);

        assertThat(told).isEmpty();
        assertThat(state.why()).isNull();
        assertThat(state.behind()).isEqualTo(1);
    }
}
