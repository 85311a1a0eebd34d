package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One core that a test talks to by hand: member 1 at epoch 10; others are made by number. */
final class SwimScript {

    static final MembershipSettings SETTINGS = MembershipSettings.DEFAULT;

    final Member self = member(1);
    final SwimCore core;
    private final List<Effect> effects = new ArrayList<>();
    private long millis;

    SwimScript() {
        this(SETTINGS);
    }

    SwimScript(MembershipSettings settings) {
        core = new SwimCore(self, settings, new SplittableRandom(5), now());
    }

    /** Joined, linked to these, with all that was said about it out of the way. */
    static SwimScript linkedTo(Member... peers) {
        SwimScript script = new SwimScript();
        script.core.join(script.now(), script.effects::add);
        for (Member peer : peers) {
            script.linkUp(peer);
        }
        script.quiet();
        return script;
    }

    static Member member(int number) {
        return member(number, 10);
    }

    static Member member(int number, long epoch) {
        return new Member(
                new Origin(new MemberId(0, number), epoch), "m" + number, new Address("host", number), "", Map.of());
    }

    static Rumor.Alive alive(Member member, long incarnation) {
        return new Rumor.Alive(member, incarnation);
    }

    static Rumor.Suspect suspect(Member member, long incarnation, Member accuser, Evidence evidence) {
        return new Rumor.Suspect(member.origin(), incarnation, accuser.origin(), evidence);
    }

    static Rumor.Dead dead(Member member, long incarnation, Member accuser) {
        return new Rumor.Dead(member.origin(), incarnation, accuser.origin());
    }

    static Rumor.Left left(Member member, long incarnation) {
        return new Rumor.Left(member.origin(), incarnation);
    }

    /** Of a view of these, none of whom was ever suspected. */
    static MembershipFrame.SyncDigest digest(List<Member> view, Rumor... news) {
        ViewHash hash = new ViewHash();
        view.forEach(member -> hash.toggle(member.origin(), ViewHash.hashOf(member)));
        return new MembershipFrame.SyncDigest(view.size(), hash.root(), List.of(news));
    }

    static Effect changed(Member member, MemberStatus status) {
        return new Effect.MemberChanged(member, status);
    }

    static Effect.Send send(Member to, MembershipFrame frame) {
        return new Effect.Send(to.origin(), Lane.CONTROL, frame);
    }

    Time now() {
        return new Time(millis * 1_000_000, millis);
    }

    List<Effect> join() {
        core.join(now(), effects::add);
        return taken();
    }

    List<Effect> relabel(Map<String, String> metadata) {
        core.updateMetadata(metadata, now(), effects::add);
        return taken();
    }

    List<Effect> leave() {
        core.leave(now(), effects::add);
        return taken();
    }

    List<Effect> linkUp(Member peer) {
        core.linkUp(peer, true, now(), effects::add);
        return taken();
    }

    List<Effect> linkDown(Member peer, LinkLoss cause) {
        core.linkDown(peer.origin(), cause, now(), effects::add);
        return taken();
    }

    List<Effect> refused(Member peer) {
        core.dialFailed(peer.address(), DialFailure.CONNECTION_REFUSED, now(), effects::add);
        return taken();
    }

    List<Effect> gossip(Member from, Rumor... rumors) {
        return receive(from, new MembershipFrame.Gossip(List.of(rumors)));
    }

    List<Effect> receive(Member from, MembershipFrame frame) {
        core.receive(from.origin(), frame, now(), effects::add);
        return taken();
    }

    /** Ticks every 50 ms; pings are answered and ping requests declined at once by these, so that only what the test sends away fails. */
    List<Effect> run(long forMillis, Member... answering) {
        List<Effect> seen = new ArrayList<>();
        for (long until = millis + forMillis; millis < until; ) {
            millis += 50;
            core.tick(now(), effects::add);
            for (Effect effect : taken()) {
                seen.add(effect);
                answer(effect, answering, seen);
            }
        }
        return seen;
    }

    /** Time passes without a tick: this process stands still. */
    List<Effect> pause(long forMillis) {
        millis += forMillis;
        core.tick(now(), effects::add);
        return taken();
    }

    /** No tick is to come for so long. */
    void resting(long forMillis) {
        core.resting(now(), TimeUnit.MILLISECONDS.toNanos(forMillis));
    }

    /** How long the next tick may take to come, in milliseconds. */
    long untilTick() {
        return TimeUnit.NANOSECONDS.toMillis(core.untilTick(now()));
    }

    /** Time passes without anything: what comes next finds that this process stood still. */
    void sleep(long forMillis) {
        millis += forMillis;
    }

    /** Lets all news be told, so that later frames carry only what is new. */
    void quiet() {
        Member[] all =
                core.present().values().stream().filter(m -> !m.equals(self)).toArray(Member[]::new);
        run(6_000, all);
    }

    private void answer(Effect effect, Member[] answering, List<Effect> seen) {
        for (Member peer : answering) {
            if (!(effect instanceof Effect.Send send) || !send.to().equals(peer.origin())) {
                continue;
            }
            if (send.frame() instanceof MembershipFrame.Ping ping) {
                seen.addAll(receive(peer, new MembershipFrame.Ack(ping.sequence(), List.of())));
            } else if (send.frame() instanceof MembershipFrame.PingRequest request) {
                seen.addAll(receive(peer, new MembershipFrame.Nack(request.sequence(), List.of())));
            }
        }
    }

    private List<Effect> taken() {
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }
}
