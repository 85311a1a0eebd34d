package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import java.util.List;
import java.util.Map;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** {@code Grapevine.membership()}: a member that is there, then others that come. */
@Test
public class MembershipTckTest extends ViewTck<MembershipEvent> {

    static void join(NodeViews views, long id) {
        Origin origin = new Origin(new MemberId(id, 0), 1);
        Member member = new Member(origin, "m" + id, new Address("h", 1), "", Map.of());
        views.members().changed(List.of(new Effect.MemberChanged(member, MemberStatus.ALIVE)));
    }

    @Override
    public Publisher<MembershipEvent> createPublisher(long elements) {
        NodeViews views = new NodeViews();
        join(views, 0);
        return fed(views.members().events(delivery), elements, n -> join(views, n), views::complete);
    }
}
