package dev.grapevine.protocol.health;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * How healthy this member is, concluded from what the other cores tell: the score of its failure detector, whether it
 * sees anybody, and who comes and goes. It decides nothing; {@link Effect.HealthChanged} tells of every change.
 *
 * <p>A pure, single-threaded state machine. A member that is suspected or dead more than {@value Turns#MOST} times within
 * five minutes flaps, whatever life of it that was, so that an instance that crashes over and over is seen; so does one
 * whose link is lost as often, unless this side closed it. Who leaves is forgotten. Bounded: {@value #MAX_WATCHED}
 * members, of which the one that was calm for longest gives way.
 */
public final class HealthCore {

    /** Most members whose turns are remembered. */
    public static final int MAX_WATCHED = 256;

    /** The one that was calm for longest first. */
    private final LinkedHashMap<MemberId, Turns> watched = new LinkedHashMap<>();

    private NodeHealth told = NodeHealth.GOOD;
    private boolean isolated;

    /** Somebody had a turn, or is described anew, since the last look at all. */
    private boolean unsettled;

    /** When the next of the turns ceases to count. */
    private long nextLook;

    private int flappingLinks;
    private int othersThen;

    /** A member in good health. */
    public HealthCore() {}

    /**
     * Another member stands differently.
     *
     * @param member the member
     * @param status how it stands now
     * @param now the time
     */
    public void memberChanged(Member member, MemberStatus status, Time now) {
        Turns turns = watched.get(member.id());
        unsettled |= turns != null;
        if (status == MemberStatus.LEFT) {
            watched.remove(member.id());
        } else if (status == MemberStatus.ALIVE) {
            if (turns != null) {
                turns.member = member;
                turns.down = false;
            }
        } else if (turns == null || !turns.down) {
            Turns restless = touch(member);
            restless.down = true;
            restless.fall(now.nanos());
        }
    }

    /**
     * The link of a member that is present is gone.
     *
     * @param member the member
     * @param cause why
     * @param now the time
     */
    public void linkDown(Member member, LinkLoss cause, Time now) {
        if (cause != LinkLoss.LOCAL) {
            touch(member).lose(now.nanos());
        }
    }

    /**
     * Whether this member has found others changed.
     *
     * @param state the new state
     */
    public void joinChanged(JoinState state) {
        isolated = state == JoinState.SEEKING || state == JoinState.ISOLATED;
    }

    /**
     * Ends a step: tells if something has changed.
     *
     * @param score the score of the failure detector, 0 to {@link NodeHealth#MAX_SCORE}
     * @param others how many other members are present
     * @param now the time
     * @param out takes the effects
     */
    public void settle(int score, int others, Time now, Effects out) {
        boolean turned = unsettled || now.nanos() - nextLook >= 0 || (flappingLinks > 0 && others != othersThen);
        if (!turned && score == told.score() && isolated == told.isolated()) {
            return; // nearly always: a step then costs nothing
        }
        watched.values().removeIf(turns -> turns.isOver(now.nanos()));
        unsettled = false;
        nextLook = now.nanos() + Turns.WINDOW_NANOS;
        flappingLinks = 0;
        othersThen = others;
        List<Member> flapping = new ArrayList<>();
        for (Turns turns : watched.values()) {
            if (turns.isFlapping(now.nanos())) {
                flapping.add(turns.member);
            }
            flappingLinks += turns.hasFlappingLink(now.nanos()) ? 1 : 0;
            nextLook = Math.min(nextLook, turns.nextChange(now.nanos()));
        }
        flapping.sort(Comparator.comparing(Member::id));
        NodeHealth health = new NodeHealth(score, isolated, flapping, flappingLinks > 0 && 2 * flappingLinks >= others);
        if (!health.equals(told)) {
            told = health;
            out.add(new Effect.HealthChanged(health));
        }
    }

    private Turns touch(Member member) {
        unsettled = true;
        Turns turns = watched.remove(member.id());
        if (turns == null) {
            if (watched.size() >= MAX_WATCHED) {
                watched.remove(watched.keySet().iterator().next());
            }
            turns = new Turns(member);
        }
        turns.member = member;
        watched.put(member.id(), turns);
        return turns;
    }
}
