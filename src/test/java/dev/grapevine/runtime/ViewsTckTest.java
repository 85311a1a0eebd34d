package dev.grapevine.runtime;

import dev.grapevine.membership.Member;
import java.util.List;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** {@code Grapevine.views()}: nobody, then one member after the other. */
@Test
public class ViewsTckTest extends ViewTck<List<Member>> {

    @Override
    public Publisher<List<Member>> createPublisher(long elements) {
        NodeViews views = new NodeViews();
        return fed(views.members().views(delivery), elements, n -> MembershipTckTest.join(views, n), views::complete);
    }
}
