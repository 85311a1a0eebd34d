package dev.grapevine.runtime;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.runtime.ConflatedState.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** The members in the view, as users see them. Changed on the node's thread, read and watched from any. */
final class MembershipView {

    /** A member and how it stands. */
    private record Standing(Member member, MemberStatus status) {}

    private final ConflatedState<MemberId, Standing> members = new ConflatedState<>();

    /** The present members in the order of their origins: one list a step, so that nobody sees a step by halves. */
    private final ConflatedState<String, List<Member>> view = new ConflatedState<>();

    MembershipView() {
        view.put("", List.of());
    }

    /** What a step changes, in order; returns it as somebody sees it who misses nothing. */
    List<MembershipEvent> changed(List<Effect.MemberChanged> changes) {
        List<MembershipEvent> events = new ArrayList<>(changes.size());
        List<Change<MemberId, Standing>> made = new ArrayList<>(changes.size());
        Map<MemberId, @Nullable Standing> within = new HashMap<>();
        boolean looksDifferent = false;
        for (Effect.MemberChanged changed : changes) {
            MemberId id = changed.member().id();
            Standing now = new Standing(changed.member(), changed.status());
            Standing before = within.getOrDefault(id, members.get(id));
            boolean gone = !now.status().isPresent();
            // An earlier life that is declared dead late says nothing of the present one.
            if (!gone || isSameLife(before, now)) {
                within.put(id, gone ? null : now);
                made.add(new Change<>(id, now, gone));
                add(type(before, now, gone), now, events);
                looksDifferent |= gone || before == null || !before.member().equals(now.member());
            }
        }
        // Before any event is told, so that whoever is told of it finds it in the view.
        members.changeAll(made, looksDifferent ? this::look : () -> {});
        return events;
    }

    private static void add(MembershipEvent.@Nullable Type type, Standing now, List<MembershipEvent> events) {
        if (type != null) {
            events.add(new MembershipEvent(type, now.member()));
        }
    }

    private static boolean isSameLife(@Nullable Standing before, Standing now) {
        return before != null && before.member().origin().equals(now.member().origin());
    }

    private void look() {
        view.put("", members.states().values().stream().map(Standing::member).toList());
    }

    List<Member> members() {
        List<Member> now = view.get("");
        return now == null ? List.of() : now;
    }

    Flux<List<Member>> views(Scheduler delivery) {
        return view.changes(delivery).map(Change::state);
    }

    Flux<MembershipEvent> events(Scheduler delivery) {
        return Flux.defer(() -> {
            Map<MemberId, Standing> seen = new HashMap<>();
            return members.changes(delivery).handle((change, sink) -> {
                Standing now = change.state();
                Standing before = change.gone() ? seen.remove(change.key()) : seen.put(change.key(), now);
                MembershipEvent.Type type = type(before, now, change.gone());
                if (type != null) {
                    sink.next(new MembershipEvent(type, now.member()));
                }
            });
        });
    }

    /** What happened between what a subscriber saw last and what is now; null if it has no difference to see. */
    private static MembershipEvent.@Nullable Type type(@Nullable Standing before, Standing now, boolean gone) {
        if (gone) {
            // It came and went while the subscriber was busy, or went before it looked.
            return before == null
                    ? null
                    : now.status() == MemberStatus.LEFT ? MembershipEvent.Type.LEFT : MembershipEvent.Type.DIED;
        }
        if (before == null) {
            return MembershipEvent.Type.JOINED;
        }
        if (isSameLife(before, now) && before.status() != now.status()) {
            return standing(now);
        }
        return before.equals(now) ? null : MembershipEvent.Type.UPDATED;
    }

    /** How it stands goes before how it is labelled: the event shows the labels too. */
    private static MembershipEvent.Type standing(Standing now) {
        return now.status() == MemberStatus.SUSPECT ? MembershipEvent.Type.SUSPECTED : MembershipEvent.Type.RECOVERED;
    }

    void complete() {
        members.complete();
        view.complete();
    }
}
