package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class MembershipViewTest {

    private final MembershipView view = new MembershipView();

    private static Member member(long id, long epoch, String... labels) {
        return new Member(
                new Origin(new MemberId(id, 0), epoch),
                "m" + id,
                new Address("h", 1),
                "",
                labels.length == 0 ? Map.of() : Map.of(labels[0], labels[1]));
    }

    private Flux<String> told() {
        return view.events(Schedulers.immediate())
                .map(event -> event.type() + " " + event.member().name());
    }

    @Test
    void aSubscriberSeesTheViewAsJoinsAndThenWhatHappensToEachMember() {
        view.changed(member(1, 1), MemberStatus.ALIVE);
        StepVerifier.create(told())
                .expectNext("JOINED m1")
                .then(() -> view.changed(member(2, 1), MemberStatus.ALIVE))
                .expectNext("JOINED m2")
                .then(() -> view.changed(member(2, 1), MemberStatus.SUSPECT))
                .expectNext("SUSPECTED m2")
                .then(() -> view.changed(member(2, 1), MemberStatus.ALIVE))
                .expectNext("RECOVERED m2")
                .then(() -> view.changed(member(2, 1, "role", "leader"), MemberStatus.ALIVE))
                .expectNext("UPDATED m2")
                .then(() -> view.changed(member(2, 1, "role", "leader"), MemberStatus.DEAD))
                .expectNext("DIED m2")
                .then(() -> view.changed(member(1, 1), MemberStatus.LEFT))
                .expectNext("LEFT m1")
                .then(view::complete)
                .verifyComplete();
    }

    @Test
    void aNewLifeOfTheSameIdIsAnUpdateAndTheLateDeathOfTheOldOneIsNoNews() {
        view.changed(member(1, 1), MemberStatus.ALIVE);
        StepVerifier.create(told())
                .expectNext("JOINED m1")
                .then(() -> view.changed(member(1, 2), MemberStatus.ALIVE))
                .expectNext("UPDATED m1")
                .then(() -> view.changed(member(1, 1), MemberStatus.DEAD))
                .then(view::complete)
                .verifyComplete();
        assertThat(view.members()).containsExactly(member(1, 2));
    }

    @Test
    void whoCameAndWentWhileTheSubscriberWasBusyIsNotMentioned() {
        view.changed(member(1, 1), MemberStatus.ALIVE);
        StepVerifier.create(told(), 1)
                .expectNext("JOINED m1")
                .then(() -> view.changed(member(2, 1), MemberStatus.ALIVE))
                .then(() -> view.changed(member(2, 1), MemberStatus.LEFT))
                .thenRequest(9)
                .then(view::complete)
                .verifyComplete();
    }
}
