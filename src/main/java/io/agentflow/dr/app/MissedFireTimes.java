package io.agentflow.dr.app;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.camel.component.quartz.QuartzComponent;
import org.quartz.CronTrigger;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.listeners.TriggerListenerSupport;

/** Notices fire times that pass unused; and sees to it that none has to, because all threads are busy. */
final class MissedFireTimes extends TriggerListenerSupport {
    /** For schedules of the user's own routes. */
    private static final int MORE_THREADS = 10;

    private static final String THREADS = "org.quartz.threadPool.threadCount";

    private final BiConsumer<String, Instant> missed;

    /** @param missed is told the trigger, such as {@code backup-main}, and the first time that it missed */
    MissedFireTimes(BiConsumer<String, Instant> missed) {
        this.missed = missed;
    }

    /** A thread for each schedule: one is busy for as long as the operation runs. */
    static void threads(QuartzComponent quartz, int schedules) {
        Map<String, String> properties = new HashMap<>();
        properties.put("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        properties.put("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
        Map<?, ?> given = quartz.getProperties();
        if (given != null) {
            given.forEach((key, value) -> properties.put(String.valueOf(key), String.valueOf(value)));
        }
        properties.put(THREADS, String.valueOf(schedules + MORE_THREADS));
        quartz.setProperties(properties);
    }

    /** Listens from now on. */
    void listenTo(Scheduler scheduler) {
        try {
            scheduler.getListenerManager().addTriggerListener(this);
        } catch (SchedulerException e) {
            throw new IllegalStateException("a scheduler takes listeners", e);
        }
    }

    @Override
    public String getName() {
        return "af-missed";
    }

    /** Where missed times are made up for, this one is only late. */
    @Override
    public void triggerMisfired(Trigger trigger) {
        if (trigger.getMisfireInstruction() == CronTrigger.MISFIRE_INSTRUCTION_DO_NOTHING) {
            missed.accept(trigger.getKey().getName(), trigger.getNextFireTime().toInstant());
        }
    }
}
