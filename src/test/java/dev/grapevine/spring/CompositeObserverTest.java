package dev.grapevine.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.GrapevineObserver.DropReason;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.TopicPace;
import dev.grapevine.protocol.step.Tuning;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CompositeObserverTest {

    private final List<String> first = new ArrayList<>();
    private final List<String> second = new ArrayList<>();

    @Test
    void everyObserverIsToldEverything() {
        tellAll(CompositeObserver.of(List.of(recorder(first), recorder(second))));

        assertThat(first)
                .containsExactlyInAnyOrderElementsOf(Stream.of(GrapevineObserver.class.getDeclaredMethods())
                        .filter(Method::isDefault)
                        .map(Method::getName)
                        .toList());
        assertThat(second).isEqualTo(first);
    }

    @Test
    void anObserverThatThrowsDoesNotKeepTheNewsFromTheNext() {
        GrapevineObserver broken = new GrapevineObserver() {
            @Override
            public void linksChanged(int links) {
                throw new IllegalStateException("on purpose");
            }
        };
        GrapevineObserver all = CompositeObserver.of(List.of(broken, recorder(second)));

        assertThatCode(() -> all.linksChanged(1)).doesNotThrowAnyException();
        assertThat(second).containsExactly("linksChanged");
    }

    @Test
    void noneAndOneAreNotWrapped() {
        GrapevineObserver one = recorder(first);

        assertThat(CompositeObserver.of(List.of())).isSameAs(GrapevineObserver.NONE);
        assertThat(CompositeObserver.of(List.of(one))).isSameAs(one);
    }

    private static void tellAll(GrapevineObserver observer) {
        observer.memberChanged(FakeGrapevine.member(1, "a"), MemberStatus.ALIVE);
        observer.joinChanged(JoinState.JOINED);
        observer.healthChanged(NodeHealth.GOOD);
        observer.linksChanged(1);
        observer.protocol(ProtocolEvent.REFUTED, 1);
        observer.roundTrip(1);
        Pace pace = Pace.of(3, Duration.ofMillis(200), 1400);
        TopicPace topics = TopicPace.of(Duration.ofMillis(500), Duration.ofMillis(500));
        observer.tuned(new Tuning(3, 0, Duration.ZERO, 0, pace, pace, topics));
        observer.published("t", 1);
        observer.delivered("t", 1);
        observer.lost("t", 1);
        observer.subscriberMissed("t", 1);
        observer.framesDropped(DropReason.NO_LINK, Lane.DATA, 1);
        observer.outboxChanged(Lane.DATA, 1);
        observer.rejected(RejectReason.CLOCK_DRIFT, "late");
    }

    private static GrapevineObserver recorder(List<String> calls) {
        return (GrapevineObserver) Proxy.newProxyInstance(
                GrapevineObserver.class.getClassLoader(),
                new Class<?>[] {GrapevineObserver.class},
                (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.getName().equals("equals") ? proxy == arguments[0] : 1;
                    }
                    calls.add(method.getName());
                    return null;
                });
    }
}
