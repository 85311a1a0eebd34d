package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import java.util.ArrayList;
import java.util.List;
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

    private void change(Member member, MemberStatus status) {
        view.changed(List.of(new Effect.MemberChanged(member, status)));
    }

    private Flux<String> told() {
        return view.events(Schedulers.immediate())
                .map(event -> event.type() + " " + event.member().name());
    }

    @Test
    void aSubscriberSeesTheViewAsJoinsAndThenWhatHappensToEachMember() {
        change(member(1, 1), MemberStatus.ALIVE);
        StepVerifier.create(told())
                .expectNext("JOINED m1")
                .then(() -> change(member(2, 1), MemberStatus.ALIVE))
                .expectNext("JOINED m2")
                .then(() -> change(member(2, 1), MemberStatus.SUSPECT))
                .expectNext("SUSPECTED m2")
                .then(() -> change(member(2, 1), MemberStatus.ALIVE))
                .expectNext("RECOVERED m2")
                .then(() -> change(member(2, 1, "role", "leader"), MemberStatus.ALIVE))
                .expectNext("UPDATED m2")
                .then(() -> change(member(2, 1, "role", "leader"), MemberStatus.DEAD))
                .expectNext("DIED m2")
                .then(() -> change(member(1, 1), MemberStatus.LEFT))
                .expectNext("LEFT m1")
                .then(view::complete)
                .verifyComplete();
    }

    @Test
    void aNewLifeOfTheSameIdIsAnUpdateAndTheLateDeathOfTheOldOneIsNoNews() {
        change(member(1, 1), MemberStatus.ALIVE);
        StepVerifier.create(told())
                .expectNext("JOINED m1")
                .then(() -> change(member(1, 2), MemberStatus.ALIVE))
                .expectNext("UPDATED m1")
                .then(() -> change(member(1, 1), MemberStatus.DEAD))
                .then(view::complete)
                .verifyComplete();
        assertThat(view.members()).containsExactly(member(1, 2));
    }

    @Test
    void whoCameAndWentWhileTheSubscriberWasBusyIsNotMentioned() {
        change(member(1, 1), MemberStatus.ALIVE);
        StepVerifier.create(told(), 1)
                .expectNext("JOINED m1")
                .then(() -> change(member(2, 1), MemberStatus.ALIVE))
                .then(() -> change(member(2, 1), MemberStatus.LEFT))
                .thenRequest(9)
                .then(view::complete)
                .verifyComplete();
    }

    private static Effect.MemberChanged is(Member member, MemberStatus status) {
        return new Effect.MemberChanged(member, status);
    }

    @Test
    void aViewIsAsItIsNowAndThenEachChangeAsAWhole() {
        StepVerifier.create(view.views(Schedulers.immediate()))
                .expectNext(List.of())
                .then(() -> view.changed(List.of(
                        is(member(3, 1), MemberStatus.ALIVE),
                        is(member(1, 1), MemberStatus.ALIVE),
                        is(member(2, 1), MemberStatus.SUSPECT))))
                .expectNext(List.of(member(1, 1), member(2, 1), member(3, 1)))
                .then(() -> view.changed(
                        List.of(is(member(1, 1), MemberStatus.DEAD), is(member(1, 2), MemberStatus.ALIVE))))
                .expectNext(List.of(member(1, 2), member(2, 1), member(3, 1)))
                .then(() -> change(member(3, 1, "role", "leader"), MemberStatus.ALIVE))
                .expectNext(List.of(member(1, 2), member(2, 1), member(3, 1, "role", "leader")))
                .then(() -> change(member(2, 1), MemberStatus.LEFT))
                .expectNext(List.of(member(1, 2), member(3, 1, "role", "leader")))
                .then(view::complete)
                .verifyComplete();
    }

    @Test
    void whatDoesNotShowInAViewIsNoNewView() {
        change(member(1, 1), MemberStatus.ALIVE);
        StepVerifier.create(view.views(Schedulers.immediate()))
                .expectNext(List.of(member(1, 1)))
                .then(() -> change(member(1, 1), MemberStatus.SUSPECT))
                .then(() -> change(member(1, 1), MemberStatus.ALIVE))
                .then(() -> change(member(2, 1), MemberStatus.DEAD))
                .then(() -> change(member(1, 0), MemberStatus.DEAD))
                .then(view::complete)
                .verifyComplete();
    }

    @Test
    void aSlowSubscriberSeesTheLatestViewOnly() {
        StepVerifier.create(view.views(Schedulers.immediate()), 1)
                .expectNext(List.of())
                .then(() -> change(member(1, 1), MemberStatus.ALIVE))
                .then(() -> change(member(2, 1), MemberStatus.ALIVE))
                .then(() -> change(member(3, 1), MemberStatus.ALIVE))
                .thenRequest(1)
                .expectNext(List.of(member(1, 1), member(2, 1), member(3, 1)))
                .then(() -> change(member(2, 1), MemberStatus.DEAD))
                .then(view::complete)
                .thenRequest(1)
                .expectNext(List.of(member(1, 1), member(3, 1)))
                .verifyComplete();
    }

    @Test
    void whoHasCancelledIsToldNothingAndWhoSubscribesToAnEndedViewSeesTheLast() {
        change(member(1, 1), MemberStatus.ALIVE);
        List<List<Member>> seen = new ArrayList<>();
        view.views(Schedulers.immediate()).subscribe(seen::add).dispose();
        change(member(2, 1), MemberStatus.ALIVE);
        assertThat(seen).containsExactly(List.of(member(1, 1)));
        view.complete();
        StepVerifier.create(view.views(Schedulers.immediate()))
                .expectNext(List.of(member(1, 1), member(2, 1)))
                .verifyComplete();
    }

    @Test
    void whoIsToldOfAMemberFindsTheWholeStepInTheView() {
        List<String> found = new ArrayList<>();
        view.events(Schedulers.immediate())
                .subscribe(event ->
                        found.add(event.type() + " of " + view.members().size()));
        view.changed(List.of(is(member(1, 1), MemberStatus.ALIVE), is(member(2, 1), MemberStatus.ALIVE)));
        view.changed(List.of(is(member(1, 1), MemberStatus.DEAD), is(member(1, 2), MemberStatus.ALIVE)));
        view.changed(List.of(is(member(1, 2), MemberStatus.DEAD), is(member(2, 1), MemberStatus.LEFT)));
        assertThat(found).containsExactly("JOINED of 2", "JOINED of 2", "UPDATED of 2", "DIED of 0", "LEFT of 0");
    }
}
