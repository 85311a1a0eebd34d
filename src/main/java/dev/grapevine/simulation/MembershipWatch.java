package dev.grapevine.simulation;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Hands what the members see of each other to the checkers of membership. */
final class MembershipWatch {

    private final TreeMap<Address, SimulatedMember> byAddress = new TreeMap<>();
    private final SimulationScheduler scheduler;
    private final Violations violations;
    private final RemovalChecker removals;
    private final MemberResurrectionChecker resurrections;
    private BiConsumer<SimulatedMember, SimulatedMember> removed = (observer, subject) -> {};
    private long removedAlive;

    MembershipWatch(SimulationScheduler scheduler, FaultLog log, Violations violations) {
        this.scheduler = scheduler;
        this.violations = violations;
        this.removals = new RemovalChecker(log, RemovalChecker.DEFAULT_GRACE, violations);
        this.resurrections = new MemberResurrectionChecker(MemberResurrectionChecker.DEFAULT_TRAVEL, violations);
    }

    void add(SimulatedMember member) {
        byAddress.put(member.host().address(), member);
    }

    /** Told who removes whom from its view. */
    void onRemoval(BiConsumer<SimulatedMember, SimulatedMember> listener) {
        removed = listener;
    }

    /** How often a member declared a running one dead. */
    long removedAlive() {
        return removedAlive;
    }

    void ended(Origin life) {
        resurrections.ended(scheduler.nanos(), life);
    }

    /** A life that is over sees nothing more. */
    void forget(String observer) {
        resurrections.forget(observer);
    }

    void changed(SimulatedMember observer, Member member, MemberStatus status) {
        SimulatedMember subject = byAddress.get(member.address());
        if (subject == null) {
            violations.accept(observer.life() + " sees " + member + ", which was never there");
            return;
        }
        resurrections.status(scheduler.nanos(), observer.life(), member.origin(), status);
        if (subject.isRunning() && subject.origin().equals(member.origin())) {
            if (!status.isPresent()) {
                removed.accept(observer, subject);
            }
            removals.status(scheduler.nanos(), observer.index(), subject.index(), status);
            if (status == MemberStatus.DEAD) {
                removedAlive++;
            }
        }
    }

    /** The first member whose view is not the running members, in words; null if there is none. */
    static <M extends SimulatedMember> @Nullable String difference(
            List<M> members, Function<M, SortedSet<Origin>> view) {
        SortedSet<Origin> expected = new TreeSet<>();
        for (M member : members) {
            if (member.isRunning()) {
                expected.add(member.origin());
            }
        }
        for (M member : members) {
            if (member.isRunning() && !view.apply(member).equals(expected)) {
                return "membership: " + member.life() + " sees " + view.apply(member) + " instead of " + expected;
            }
        }
        return null;
    }
}
