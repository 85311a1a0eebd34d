package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusalLogTest {

    private long nanos;
    private final List<String> warnings = new ArrayList<>();
    private final RefusalLog log = new RefusalLog(() -> nanos, warnings::add);

    private void refused(int port, DialFailure failure) {
        log.refused(new Address("10.0.0.1", port), failure, failure + " at " + port);
    }

    @Test
    void whatIsSetUpWronglyIsWarnedOfOnceAnAddress() {
        refused(1, DialFailure.FOREIGN_CLUSTER);
        refused(1, DialFailure.FOREIGN_CLUSTER);
        refused(2, DialFailure.WRONG_VERSION);
        refused(3, DialFailure.CONNECTION_REFUSED);
        refused(4, DialFailure.NOT_READY);
        assertThat(warnings).containsExactly("FOREIGN_CLUSTER at 1", "WRONG_VERSION at 2");
    }

    @Test
    void aFloodOfAddressesIsAFewWarningsAMinute() {
        for (int port = 1; port <= 1000; port++) {
            refused(port, DialFailure.FOREIGN_CLUSTER);
        }
        assertThat(warnings).hasSize(RefusalLog.MAX_A_MINUTE);
        nanos += Duration.ofMinutes(1).toNanos();
        refused(1, DialFailure.FOREIGN_CLUSTER);
        refused(2000, DialFailure.FOREIGN_CLUSTER);
        assertThat(warnings).hasSize(RefusalLog.MAX_A_MINUTE + 1).last().isEqualTo("FOREIGN_CLUSTER at 2000");
    }
}
