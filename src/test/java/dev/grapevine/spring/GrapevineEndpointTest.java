package dev.grapevine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.spring.GrapevineEndpoint.View;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;

class GrapevineEndpointTest {

    private final FakeGrapevine grapevine = new FakeGrapevine();
    private final GrapevineEndpoint endpoint = new GrapevineEndpoint(grapevine);

    @Test
    void theClusterIsShownAsThisInstanceSeesIt() {
        grapevine.in(NodeState.JOINED).in(JoinState.JOINED);
        grapevine.members.add(FakeGrapevine.member(2, "other"));

        View view = endpoint.view();
        assertThat(view.cluster()).isEqualTo("fake");
        assertThat(view.state()).isEqualTo(NodeState.JOINED);
        assertThat(view.joinState()).isEqualTo(JoinState.JOINED);
        assertThat(view.self()).isEqualTo(view.members().get(0));
        assertThat(view.members())
                .extracting(GrapevineEndpoint.MemberView::address)
                .containsExactly("10.0.0.1:7946", "10.0.0.2:7946");
    }

    @Test
    void beforeItIsBoundANodeHasNoMembers() {
        assertThat(endpoint.view()).isEqualTo(new View("fake", NodeState.NEW, null, null, null, List.of()));
    }

    @Test
    void theHealthOfTheInstanceIsShown() {
        grapevine.in(NodeState.JOINED).in(JoinState.ISOLATED);
        grapevine.health = new NodeHealth(3, true, List.of(FakeGrapevine.member(2, "other")), true);

        View view = endpoint.view();
        assertThat(view.health().score()).isEqualTo(3);
        assertThat(view.health().isolated()).isTrue();
        assertThat(view.health().linksFlapping()).isTrue();
        assertThat(view.health().flapping())
                .extracting(GrapevineEndpoint.MemberView::name)
                .containsExactly("other");
    }

    @Test
    void aMemberIsFoundByItsIdAndByItsName() {
        grapevine.members.add(FakeGrapevine.member(2, "other"));

        assertThat(endpoint.member("other")).isNotNull();
        assertThat(endpoint.member("00000000000000000000000000000002")).isEqualTo(endpoint.member("other"));
        assertThat(endpoint.member("nobody")).isNull();
    }

    @Test
    void aNameThatSeveralHaveFindsNone() {
        grapevine.members.add(FakeGrapevine.member(2, "twin"));
        grapevine.members.add(FakeGrapevine.member(3, "twin"));

        assertThat(endpoint.member("twin")).isNull();
    }

    @Test
    void theEndpointOnlyReads() {
        assertThat(GrapevineEndpoint.class.getAnnotation(Endpoint.class).defaultAccess())
                .isEqualTo(Access.READ_ONLY);
    }
}
