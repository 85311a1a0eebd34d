package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Members to replace neighbours with (HyParView, DSN 2007, section 4.1): no links, no order, a bound. Never holds the member
 * itself, nor a neighbour.
 */
final class PassiveView {

    private final Origin self;
    private final ActiveView active;
    private final int capacity;
    private final RandomGenerator random;
    private final List<Origin> members = new ArrayList<>();

    PassiveView(Origin self, ActiveView active, int capacity, RandomGenerator random) {
        this.self = self;
        this.active = active;
        this.capacity = capacity;
        this.random = random;
    }

    /** Adds a member; where there is no room any of the others gives way. */
    void add(Origin member) {
        add(member, new ArrayList<>());
    }

    /** Adds a member; where there is no room, one of the expendable gives way, or any if none of them is left. */
    void add(Origin member, List<Origin> expendable) {
        if (member.equals(self) || active.holds(member) || members.contains(member)) {
            return;
        }
        while (members.size() >= capacity && !expendable.isEmpty()) {
            members.remove(expendable.remove(expendable.size() - 1));
        }
        if (members.size() >= capacity) {
            members.remove(random.nextInt(members.size()));
        }
        members.add(member);
    }

    void remove(Origin member) {
        members.remove(member);
    }

    boolean contains(Origin member) {
        return members.contains(member);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    boolean isFull() {
        return members.size() >= capacity;
    }

    void clear() {
        members.clear();
    }

    /** All as they are now, in no order. */
    Collection<Origin> all() {
        return List.copyOf(members);
    }

    /** Any that fits, each as likely. */
    @Nullable Origin random(Predicate<Origin> wanted) {
        return Draws.one(members, wanted, random);
    }

    /** Up to so many of them. */
    List<Origin> sample(int count) {
        return Draws.some(members, count, random);
    }
}
