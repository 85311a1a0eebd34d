package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.dissemination.DisseminationCore;
import dev.grapevine.protocol.dissemination.DisseminationSettings;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Time;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What causal topics remember, when the members that used them are gone. */
class CausalMemoryTest {

    /** So many of those that left are remembered for their return. */
    private static final int REMEMBERED = 256;

    private static final long MILLI = 1_000_000;

    private final Set<Origin> present = new HashSet<>();
    private final DisseminationCore core =
            new DisseminationCore(origin(1), DisseminationSettings.DEFAULT, new SplittableRandom(1), present::contains);

    private static Origin origin(long number) {
        return new Origin(new MemberId(0, number), 1);
    }

    @Test
    void topicsOfMembersThatLeftAreForgottenWithThem() {
        for (int number = 2; number < 1_000; number++) {
            Origin member = origin(number);
            Time now = new Time(number * MILLI, 0);
            present.add(member);
            core.linkUp(member, now, effect -> {});
            core.receive(member, message(member, "chat-" + number, 1), now, effect -> {});
            present.remove(member);
            core.linkDown(member, now, effect -> {});
            core.memberGone(member, now, effect -> {});
        }
        core.publish(StreamName.causal("own"), List.of(Bytes.utf8("hello")), new Time(0, 0), effect -> {});

        assertThat(sizeOf("CausalOrder.topics")).isEqualTo(REMEMBERED);
    }

    @Test
    void whoWaitsForOneAfterTheOtherIsRememberedOnce() {
        Origin member = origin(2);
        present.add(member);
        core.linkUp(member, new Time(0, 0), effect -> {});
        for (int number = 3; number < 1_000; number++) {
            Time now = new Time(number * MILLI, 0);
            present.add(origin(number));
            core.receive(member, message(member, "chat", number - 2, origin(number)), now, effect -> {});
            if (number > 3) {
                present.remove(origin(number - 1));
            }
            core.tick(now, effect -> {});
        }

        assertThat(sizeOf("CausalTopic.waiting")).isEqualTo(1);
    }

    private static Publications message(Origin from, String topic, long sequence, Origin... causes) {
        byte[] sealed = new byte[1 + causes.length * 18];
        sealed[0] = (byte) causes.length;
        for (int i = 0; i < causes.length; i++) {
            sealed[18 * i + 16] = (byte) causes[i].id().low();
            sealed[18 * i + 15] = (byte) (causes[i].id().low() >> 8);
            sealed[18 * i + 17] = 1;
            sealed[18 * i + 18] = 1;
        }
        return new Publications(from, StreamName.causal(topic), sequence, List.of(Bytes.wrap(sealed)));
    }

    private long sizeOf(String field) {
        Map<String, Long> sizes = ObjectGraph.sizes(core);
        return sizes.getOrDefault(field, 0L);
    }
}
