package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.quartz.CronScheduleBuilder;
import org.quartz.CronTrigger;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.TriggerBuilder;

/** More databases than Quartz has threads, and fire times that nobody made use of. */
class MissedFireTimesTest {
    /** What is scheduled here never has to be done. */
    public static final class Nothing implements Job {
        @Override
        public void execute(JobExecutionContext context) {}
    }

    private static QuartzComponent started(DefaultCamelContext context, QuartzComponent quartz, int schedules) {
        quartz.setAutoStartScheduler(false);
        MissedFireTimes.threads(quartz, schedules);
        context.addComponent("quartz", quartz);
        context.start();
        return context.getComponent("quartz", QuartzComponent.class);
    }

    @Test
    void thereIsAThreadForEachSchedule() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Scheduler scheduler = started(context, new QuartzComponent(), 40).getScheduler();

            assertThat(scheduler.getMetaData().getThreadPoolSize()).isGreaterThanOrEqualTo(40);
            assertThat(scheduler.getMetaData().isJobStoreClustered()).isFalse();
        }
        QuartzComponent shared = new QuartzComponent();
        shared.setProperties(
                Map.of("org.quartz.threadPool.threadCount", "10", "org.quartz.jobStore.isClustered", "true"));
        MissedFireTimes.threads(shared, 40);
        assertThat(shared.getProperties().toString())
                .contains("threadCount=50", "isClustered=true")
                .doesNotContain("threadCount=10");
    }

    @Test
    void aFireTimeThatNothingMakesUpForIsTold() throws Exception {
        List<String> missed = new CopyOnWriteArrayList<>();
        Instant from = Instant.now().minus(3, ChronoUnit.HOURS);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Scheduler scheduler = started(context, new QuartzComponent(), 2).getScheduler();
            new MissedFireTimes((trigger, at) -> missed.add(trigger + " " + at.isAfter(from))).listenTo(scheduler);
            schedule(scheduler, "backup-one", from, CronTrigger.MISFIRE_INSTRUCTION_FIRE_ONCE_NOW);
            schedule(scheduler, "backup-two", from.plusSeconds(1), CronTrigger.MISFIRE_INSTRUCTION_DO_NOTHING);

            scheduler.start();

            await().until(() -> !missed.isEmpty());
            assertThat(missed).containsExactly("backup-two true");
        }
    }

    private static void schedule(Scheduler scheduler, String name, Instant from, int misfire) throws Exception {
        CronScheduleBuilder hourly = CronScheduleBuilder.cronSchedule("0 0 * * * ?");
        scheduler.scheduleJob(
                JobBuilder.newJob(Nothing.class).withIdentity(name, "af").build(),
                TriggerBuilder.newTrigger()
                        .withIdentity(name, "af")
                        .startAt(Date.from(from))
                        .withSchedule(
                                misfire == CronTrigger.MISFIRE_INSTRUCTION_DO_NOTHING
                                        ? hourly.withMisfireHandlingInstructionDoNothing()
                                        : hourly.withMisfireHandlingInstructionFireAndProceed())
                        .build());
    }
}
