package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.JoinState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class NodeLogTest {

    private static final Member SELF =
            new Member(new Origin(new MemberId(7, 7), 1), "till-1", new Address("10.0.0.1", 7946), "", Map.of());

    private final Logger logger = (Logger) LoggerFactory.getLogger(NodeLog.class);
    private final Level level = logger.getLevel();
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private long nanos;
    private final NodeLog log = new NodeLog("shop", List.of("seed:7946"), () -> nanos, () -> 1);

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
        logger.setLevel(Level.INFO);
        log.named("shop", SELF);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
        logger.setLevel(level);
    }

    private List<String> lines() {
        return appender.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    @Test
    void seedsThatCannotBeReachedAreWarnedOfOnceAndOnlyAfterTwoSeconds() {
        log.joinChanged(JoinState.SEEKING);
        nanos += NodeLog.SEEK_PATIENCE.toNanos() - 1;
        log.tick();
        assertThat(lines()).isEmpty();
        nanos++;
        log.tick();
        log.tick();
        assertThat(lines())
                .containsExactly("WARN shop/till-1 has reached none of its seeds [seed:7946] so far; it keeps trying");
    }

    @Test
    void whoFindsItsClusterWithinTwoSecondsWarnsOfNothing() {
        log.joinChanged(JoinState.SEEKING);
        log.joinChanged(JoinState.JOINED);
        nanos += NodeLog.SEEK_PATIENCE.toNanos();
        log.tick();
        assertThat(lines()).containsExactly("INFO shop/till-1 has found its cluster");
    }

    @Test
    void aStrangerForgesNoLine() {
        log.refusals()
                .refused(
                        new Address("10.0.0.2", 1),
                        DialFailure.FOREIGN_CLUSTER,
                        "y\nERROR shop/self: all members died");
        assertThat(lines()).singleElement().asString().doesNotContain("\n");
    }
}
