package dev.grapevine.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Users see a member before its messages, also if it goes while it is held back to be shown with others. */
class HeldMessagesTest {

    private static final String NEWS = "news";
    private static final Member ANN = member(2);
    private static final Effect GAP = new Effect.Gap(NEWS, ANN.origin(), 2, 2);
    private static final Effect THIRD = new Effect.Deliver(NEWS, ANN.origin(), 3, List.of(Bytes.utf8("3")));

    private final NodeCore core =
            new NodeCore(member(1), NodeSettings.DEFAULT, new SplittableRandom(1), new Time(0, 0));
    private final List<Effect> effects = new ArrayList<>();

    /** Ann has published; her second message is missing, her third waits for it, and nobody is shown yet. */
    HeldMessagesTest() {
        step(new Input.Join(List.of(), true));
        step(new Input.LinkUp(ANN, null));
        step(new Input.LinkUp(member(3), null));
        receive(new StreamDigest(List.of(new StreamState(ANN.origin(), NEWS, 2, 2, 3))));
        receive(new Publications(ANN.origin(), NEWS, 3, List.of(Bytes.utf8("3"))));
        assertThat(told())
                .noneMatch(effect -> effect instanceof Effect.MemberChanged changed
                        && changed.member().equals(ANN));
    }

    private static Member member(int number) {
        Origin origin = new Origin(new MemberId(0, number), 1);
        return new Member(origin, "n" + number, new Address("host", number), "", Map.of());
    }

    private void step(Input input) {
        effects.addAll(core.step(input, new Time(1_000_000, 1)));
    }

    private void receive(Frame frame) {
        step(new Input.Received(ANN.origin(), List.of(frame)));
    }

    /** What users are told of Ann. */
    private List<Effect> told() {
        List<Effect> told = effects.stream()
                .filter(effect -> effect instanceof Effect.Deliver
                        || effect instanceof Effect.Gap
                        || effect instanceof Effect.MemberChanged changed
                                && changed.member().equals(ANN))
                .toList();
        effects.clear();
        return told;
    }

    private static Effect shown(MemberStatus status) {
        return new Effect.MemberChanged(ANN, status);
    }

    @Test
    void whoDiesWhileItIsHeldIsShownBeforeWhatOfItWaitedForAnEarlierMessage() {
        step(new Input.LinkDown(ANN.origin(), LinkLoss.LOST));
        step(new Input.Received(
                member(3).origin(),
                List.of(new MembershipFrame.Gossip(
                        List.of(new Rumor.Dead(ANN.origin(), 0, member(3).origin()))))));
        assertThat(told()).containsExactly(shown(MemberStatus.ALIVE), GAP, THIRD, shown(MemberStatus.DEAD));
    }

    @Test
    void whoLeavesWhileItIsHeldIsShownWhenItsLinkStillBringsMessages() {
        leaves();
        assertThat(told()).isEmpty();
        step(new Input.LinkDown(ANN.origin(), LinkLoss.LOST));
        assertThat(told()).containsExactly(shown(MemberStatus.ALIVE), shown(MemberStatus.LEFT), GAP, THIRD);
    }

    @Test
    void whoseMissingMessageComesIsShownBeforeItAndItsEndIsToldOnce() {
        receive(new Publications(ANN.origin(), NEWS, 2, List.of(Bytes.utf8("2"))));
        assertThat(told()).first().isEqualTo(shown(MemberStatus.ALIVE));
        leaves();
        assertThat(told()).containsExactly(shown(MemberStatus.LEFT));
        step(new Input.LinkDown(ANN.origin(), LinkLoss.LOST));
        assertThat(told()).isEmpty();
    }

    private void leaves() {
        receive(new MembershipFrame.Gossip(List.of(new Rumor.Left(ANN.origin(), 0))));
    }
}
