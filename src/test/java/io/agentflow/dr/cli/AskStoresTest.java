package io.agentflow.dr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.store.NamedStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskStoresTest {
    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();

    private NamedStore store(String name) {
        return new NamedStore(name, new DirectoryStore(folder.resolve(name), DirectoryPermissions.OWNER));
    }

    @Test
    void oneThatHangsIsNamedAndKeepsNoOtherAnswerBack() {
        NamedStore near = store("near");
        NamedStore far = store("far");
        CountDownLatch never = new CountDownLatch(1);

        var answers = new AskStores(Duration.ofMillis(50), Duration.ofMillis(200), said::add)
                .ask(List.of(far, near), one -> {
                    if (one.equals(far)) {
                        awaitUninterruptibly(never);
                    }
                    return one.name();
                });

        assertThat(answers.keySet()).containsExactly(far, near);
        assertThat(answers.get(near).value()).isEqualTo("near");
        assertThat(answers.get(far).value()).isNull();
        assertThat(answers.get(far).failure()).hasMessageContaining("has not answered for");
        assertThat(said).containsExactly("waiting for far …");
        never.countDown();
    }

    @Test
    void oneAloneIsWaitedForOnlyIfSomebodyMeansIt() throws InterruptedException {
        NamedStore far = store("far");
        CountDownLatch never = new CountDownLatch(1);
        AskStores ask = new AskStores(Duration.ofMillis(10), Duration.ofMillis(50), said::add);
        Function<NamedStore, String> question = one -> {
            awaitUninterruptibly(never);
            return one.name();
        };

        assertThat(ask.ask(List.of(far), question).get(far).failure()).hasMessageContaining("has not answered for");

        Thread meant = new Thread(() -> said.add(
                String.valueOf(ask.askMeant(List.of(far), question).get(far).value())));
        meant.start();
        never.countDown();
        meant.join();
        assertThat(said).last().isEqualTo("far");
    }

    @Test
    void thoseThatAnswerAtOnceAreNotTalkedAbout() {
        var answers = new AskStores(Duration.ofSeconds(30), Duration.ofSeconds(60), said::add)
                .ask(List.of(store("near"), store("far")), NamedStore::name);

        assertThat(answers.values()).extracting(AskStores.Answer::value).containsExactly("near", "far");
        assertThat(said).isEmpty();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
