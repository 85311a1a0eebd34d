package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.grapevine.codec.Codecs;
import dev.grapevine.runtime.Environment;
import dev.grapevine.runtime.SystemEnvironment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.test.publisher.TestPublisher;

class NodeEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void oneWhoCannotBeToldThatTheNodeEndsKeepsNothingFromBeingGivenBack() {
        AtomicBoolean broken = new AtomicBoolean();
        Environment real = SystemEnvironment.create("broken");
        Scheduler answers = new Scheduler() {
            @Override
            public Disposable schedule(Runnable task) {
                if (broken.get()) {
                    throw new NoClassDefFoundError("provoked");
                }
                return real.answers().schedule(task);
            }

            @Override
            public Worker createWorker() {
                return real.answers().createWorker();
            }
        };
        Grapevine node = Grapevine.builder("end")
                .bind("127.0.0.1:0")
                .environment(new Environment(
                        real.delivery(), answers, real.lifecycle(), real.nanos(), real.wallMillis(), real.random()))
                .build();
        node.start().block(PATIENCE);
        TestPublisher<String> source = TestPublisher.create();
        node.topic("t", Codecs.utf8()).publishAll(source).subscribe();
        Flux.interval(Duration.ofMillis(10))
                .takeUntil(tick -> source.subscribeCount() > 0)
                .blockLast(PATIENCE);
        broken.set(true);
        node.stop().block(PATIENCE);
        node.membership().blockLast(PATIENCE);
        int port = node.self().address().port();
        assertThatCode(() -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close())
                .doesNotThrowAnyException();
        real.delivery().dispose();
        real.answers().dispose();
    }
}
