package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLoopThreadTest {

    /** Far below the second after which Netty would look. */
    private static final Duration SOON = Duration.ofMillis(700);

    @Test
    void tasksThatBringFurtherTasksKeepNothingElseFromRunning() throws Exception {
        EventLoopThread thread = new EventLoopThread("loop");
        EventLoop loop = thread.loop();
        try {
            CompletableFuture<Long> clock = new CompletableFuture<>();
            long begin = System.nanoTime();
            loop.execute(() -> {
                loop.execute(new Runnable() {
                    @Override
                    public void run() {
                        if (!clock.isDone()) {
                            loop.execute(this);
                        }
                    }
                });
                var unused = loop.schedule(() -> clock.complete(System.nanoTime() - begin), 1, TimeUnit.MILLISECONDS);
            });

            assertThat(Duration.ofNanos(clock.get(20, TimeUnit.SECONDS))).isLessThan(SOON);
        } finally {
            thread.stop().block();
        }
    }
}
