package dev.grapevine.samples.live;

import com.sun.management.OperatingSystemMXBean;
import dev.grapevine.Grapevine;
import dev.grapevine.spring.GrapevineJson;
import dev.grapevine.topic.Topic;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;

/** The load of each instance: every second each publishes its own readings on one topic. */
@Component
class Load implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(Load.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** About a minute of a cluster of four, so that a new page's curves begin full. */
    private static final int REMEMBERED = 240;

    /**
     * What travels: readings of the process that publishes.
     *
     * @param process share of the machine's processors that this process used since the last reading, 0 to 1
     * @param machine share of them that all processes used
     * @param heapUsed bytes of the heap in use
     * @param heapMax bytes that the heap can have
     * @param threads live threads
     * @param at when, in milliseconds since 1970
     */
    record Reading(double process, double machine, long heapUsed, long heapMax, int threads, long at) {}

    /** What a page is shown. */
    record Shown(String member, Reading reading) {}

    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final Topic<Reading> topic;
    private final Flux<Shown> readings;
    private final Disposable.Swap publishing = Disposables.swap();
    private final Disposable.Swap listening = Disposables.swap();

    Load(Grapevine grapevine, GrapevineJson json) {
        this.topic = grapevine.topic("load", json.codec(Reading.class));
        this.readings = topic.messages()
                .map(message -> new Shown(message.publisher().id().toString(), message.value()))
                .replay(REMEMBERED)
                .autoConnect(0, listening::update);
    }

    /** The latest readings of all instances, and then each new one. */
    Flux<Shown> readings() {
        return readings.onBackpressureBuffer(REMEMBERED, BufferOverflowStrategy.DROP_OLDEST);
    }

    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        Flux<Reading> own = Flux.interval(INTERVAL).onBackpressureDrop().map(tick -> read());
        publishing.update(topic.publishAll(own)
                .subscribe(done -> {}, failure -> LOG.error("This instance no longer publishes its load", failure)));
    }

    private Reading read() {
        Runtime runtime = Runtime.getRuntime();
        return new Reading(
                Math.max(0, system.getProcessCpuLoad()), // negative while the system has no reading yet
                Math.max(0, system.getCpuLoad()),
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                System.currentTimeMillis());
    }

    @EventListener(ContextClosedEvent.class)
    void end() {
        publishing.dispose();
    }

    @Override
    public void destroy() {
        listening.dispose();
    }
}
