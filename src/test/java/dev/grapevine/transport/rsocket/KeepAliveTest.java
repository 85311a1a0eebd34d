package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.transport.LinkLimits;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection does about a peer that says nothing, in a time of the test's own. */
class KeepAliveTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final PeerConnection connection =
            new PeerConnection(channel, LinkLimits.DEFAULT, true, (reason, detail) -> {}, opened -> {});

    @AfterEach
    void stop() {
        channel.finishAndReleaseAll();
    }

    private void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    @Test
    void aPeerThatDoesNotAnswerIsAskedAndThenSilent() {
        channel.freezeTime();
        connection.startKeepAlive();
        pass(LinkLimits.DEFAULT.keepAliveInterval());
        assertThat(channel.outboundMessages()).hasSize(1);
        assertThat(connection.loss()).isNull();

        for (int i = 0; i < 100 && connection.loss() == null; i++) {
            pass(LinkLimits.DEFAULT.keepAliveInterval());
        }
        assertThat(connection.loss()).isEqualTo(LinkLoss.SILENT);
    }

    @Test
    void anAskThatFailsEndsTheConnectionRatherThanTheTimer() {
        channel.freezeTime();
        channel.config().setAllocator(new NoBuffers());
        connection.startKeepAlive();
        pass(LinkLimits.DEFAULT.keepAliveInterval());

        assertThat(connection.loss()).isEqualTo(LinkLoss.LOCAL);
        assertThat(channel.isOpen()).isFalse();
    }
}
