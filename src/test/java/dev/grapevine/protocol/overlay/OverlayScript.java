package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** One core in virtual time, and what it does: the ground of the tests of dials and links. */
abstract class OverlayScript {

    static final Address SEED = new Address("seed", 1);
    static final Address OTHER_SEED = new Address("seed", 2);

    final Member self = member(5);
    final Member smaller = member(2);
    final Member larger = member(8);
    final List<Effect> effects = new ArrayList<>();
    final OverlayCore core = new OverlayCore(self, OverlaySettings.DEFAULT, new SplittableRandom(3));
    long millis;

    static Member member(int number) {
        return new Member(
                new Origin(new MemberId(0, number), 1), "m" + number, new Address("host", number), "", Map.of());
    }

    static Effect dial(Address address) {
        return new Effect.Dial(address);
    }

    static Effect state(JoinState state) {
        return new Effect.JoinChanged(state);
    }

    Time now() {
        return new Time(millis * 1_000_000, millis);
    }

    /** What is done, without who counts as a neighbour, which is whoever has a link. */
    List<Effect> taken() {
        effects.removeIf(effect -> effect instanceof Effect.NeighbourUp || effect instanceof Effect.NeighbourDown);
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    List<Effect> join(Address... seeds) {
        core.join(List.of(seeds), false, now(), effects::add);
        return taken();
    }

    List<Effect> changed(Member member, MemberStatus status) {
        core.memberChanged(member, status, now());
        core.settle(now(), effects::add);
        return taken();
    }

    List<Effect> linkUp(Member member) {
        core.linkUp(member, null, now(), effects::add);
        return taken();
    }

    List<Effect> linkUpThrough(Address dialled, Member member) {
        core.memberChanged(member, MemberStatus.ALIVE, now());
        core.settle(now(), effects::add);
        effects.removeIf(effect -> effect instanceof Effect.Dial);
        core.linkUp(member, dialled, now(), effects::add);
        return taken();
    }

    /** Waits in milliseconds between dials of a seed that each time shows to be another name of a linked member. */
    List<Long> waitsOfDetours(Address seed, int count) {
        List<Long> waits = new ArrayList<>();
        for (long since = millis; waits.size() < count; ) {
            if (run(50).contains(dial(seed))) {
                waits.add(millis - since);
                since = millis;
                failed(seed, DialFailure.DUPLICATE);
            }
        }
        return waits;
    }

    /** As the node does it: the handshake admits, and the link is up. */
    List<Effect> meet(Member member) {
        core.memberChanged(member, MemberStatus.ALIVE, now());
        core.settle(now(), effects::add);
        effects.removeIf(effect -> effect instanceof Effect.Dial);
        core.linkUp(member, null, now(), effects::add);
        return taken();
    }

    List<Effect> linkDown(Member member, LinkLoss cause) {
        core.linkDown(member.origin(), cause, now(), effects::add);
        return taken();
    }

    List<Effect> failed(Address address, DialFailure cause) {
        core.dialFailed(address, cause, now(), effects::add);
        return taken();
    }

    List<Effect> run(long forMillis) {
        for (long until = millis + forMillis; millis < until; ) {
            millis += 50;
            core.tick(now(), effects::add);
        }
        return taken();
    }

    /** Milliseconds at which an address that always fails in this way is dialled. */
    List<Long> dialsWhileFailing(Address address, DialFailure cause, long forMillis) {
        List<Long> dials = new ArrayList<>();
        for (long until = millis + forMillis; millis < until; ) {
            for (Effect effect : run(50)) {
                if (effect.equals(dial(address))) {
                    dials.add(millis);
                    failed(address, cause);
                }
            }
        }
        return dials;
    }
}
