package dev.grapevine.protocol.conduct;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which linked peers break the rules so often that their links are closed: what the other cores reject, one by one and at
 * little cost, is here added up by the peer that sent it. An honest peer breaks a rule now and then (news cross on their way,
 * what it was told was a lie); the allowances are far beyond that.
 *
 * <ul>
 *   <li>What no honest peer sends, messages and digests that cannot be: {@value #OFFENCES_AT_ONCE} at once,
 *       {@value #OFFENCES_A_SECOND} a second.
 *   <li>What an honest peer may send because others lied to it, or because it does not know yet what is known here (it passes
 *       on what it heard of members, asks for what it was told of, and forwards while it finds the cluster too large for a
 *       mesh): {@value #HEARSAY_AT_ONCE} at once, {@value #HEARSAY_A_SECOND} a second.
 *   <li>Messages that were there already: as many as were delivered from anybody since, or asked for from this peer (a
 *       critical message comes over every link, a repair may overlap); {@value #REPEATED_AT_ONCE} beyond.
 *   <li>Digests, requests and answers of topics: {@value #SMALL_AT_ONCE} at once, {@value #SMALL_A_SECOND} a second; a digest
 *       counts once for every {@value #STATES_A_UNIT} streams, and a request that was answered with a part of a large message
 *       does not.
 *   <li>Requests for messages that were not answered, see {@link Questions}.
 * </ul>
 *
 * <p>Whoever is beyond is given no link for {@value #BAN_SECONDS} s, longer each time. A pure, single-threaded state machine.
 */
public final class ConductCore {

    /** What counts against a peer, if it is about what the peer itself has just sent. */
    private static final Set<RejectReason> COUNTED = EnumSet.of(
            RejectReason.FORGED_ORIGIN,
            RejectReason.INVALID_RANGE,
            RejectReason.INVALID_RUMOR,
            RejectReason.INVALID_METADATA,
            RejectReason.UNREQUESTED_CHUNK,
            RejectReason.TOO_MANY_REQUESTS);

    static final int OFFENCES_AT_ONCE = 1_024;
    static final int OFFENCES_A_SECOND = 32;
    static final int HEARSAY_AT_ONCE = 65_536;
    static final int HEARSAY_A_SECOND = 4_096;
    static final int REPEATED_AT_ONCE = 262_144;
    static final int SMALL_AT_ONCE = 65_536;
    static final int SMALL_A_SECOND = 4_096;
    static final int STATES_A_UNIT = 64;
    static final int BAN_SECONDS = 60;

    /** Most members of which offences are remembered; the one that was banned longest ago is forgotten. */
    static final int MOST_OFFENDERS = 1_024;

    private static final int MOST_BANS = 16;

    private final Map<Origin, Standing> linked = new HashMap<>();
    private final LinkedHashMap<MemberId, Ban> bans = new LinkedHashMap<>();
    private long delivered;

    private static final class Standing {
        private final Allowance offences;
        private final Allowance hearsay;
        private final Allowance repeated;
        private final Allowance small;
        private final Questions questions = new Questions();
        private long deliveredThen;
        private @Nullable String offence;

        private Standing(long delivered, long now) {
            offences = new Allowance(OFFENCES_AT_ONCE, OFFENCES_A_SECOND, now);
            hearsay = new Allowance(HEARSAY_AT_ONCE, HEARSAY_A_SECOND, now);
            repeated = new Allowance(REPEATED_AT_ONCE, 0, now);
            small = new Allowance(SMALL_AT_ONCE, SMALL_A_SECOND, now);
            deliveredThen = delivered;
        }
    }

    private record Ban(int count, long until) {}

    /** Nobody has done anything. */
    public ConductCore() {}

    /**
     * A link is open.
     *
     * @param peer whose
     * @param now the time
     */
    public void linkUp(Origin peer, Time now) {
        linked.putIfAbsent(peer, new Standing(delivered, now.nanos()));
    }

    /**
     * A link is gone. What its peer did on it is forgotten, unless it was banned for it.
     *
     * @param peer whose
     */
    public void linkDown(Origin peer) {
        linked.remove(peer);
    }

    /**
     * Messages were delivered, whoever published them.
     *
     * @param count how many
     */
    public void delivered(long count) {
        delivered += count;
    }

    /**
     * A peer is asked for messages.
     *
     * @param peer who
     * @param pull for which
     * @param now the time
     */
    public void asked(Origin peer, Pull pull, Time now) {
        Standing standing = linked.get(peer);
        if (standing != null) {
            standing.repeated.grant(Math.min(REPEATED_AT_ONCE, pull.to() - pull.from() + 1));
            standing.questions.asked(pull, now.nanos());
        }
    }

    /**
     * A frame came, before anybody looked at it.
     *
     * @param peer whose
     * @param frame the frame
     * @param now the time
     */
    public void received(Origin peer, Frame frame, Time now) {
        Standing standing = linked.get(peer);
        if (standing == null) {
            return;
        }
        if (frame instanceof DisseminationFrame topics) {
            standing.questions.spoke(topics);
            boolean isContent = frame instanceof Publications || frame instanceof Chunk;
            if (!isContent && !standing.small.take(cost(topics), now.nanos())) {
                standing.offence = "digests and requests without end";
            }
        }
        if (standing.questions.isSilent(now.nanos())) {
            standing.offence = "answers no request for messages";
        }
    }

    private static int cost(DisseminationFrame frame) {
        return frame instanceof StreamDigest digest ? 1 + digest.streams().size() / STATES_A_UNIT : 1;
    }

    /**
     * A peer was sent a part of a large message, which it had asked for.
     *
     * @param peer who
     */
    public void served(Origin peer) {
        Standing standing = linked.get(peer);
        if (standing != null) {
            standing.small.grant(1);
        }
    }

    /**
     * Something that a peer has just sent was rejected.
     *
     * @param peer who
     * @param frame what
     * @param reason why
     * @param now the time
     */
    public void rejected(Origin peer, Frame frame, RejectReason reason, Time now) {
        Standing standing = linked.get(peer);
        if (standing == null || !COUNTED.contains(reason)) {
            return;
        }
        Allowance allowance = isItsOwn(frame, reason) ? standing.offences : standing.hearsay;
        if (!allowance.take(1, now.nanos())) {
            standing.offence = "breaks the rules over and over, now " + reason;
        }
    }

    /** Whether nothing that others do can make an honest peer send this. */
    private static boolean isItsOwn(Frame frame, RejectReason reason) {
        return reason == RejectReason.UNREQUESTED_CHUNK
                || (reason == RejectReason.INVALID_RANGE
                        && (frame instanceof Publications
                                || frame instanceof StreamDigest
                                || frame instanceof Chunk
                                || frame instanceof Unavailable));
    }

    /**
     * Messages that a peer has just sent were there already.
     *
     * @param peer who
     * @param count how many
     * @param now the time
     */
    public void repeated(Origin peer, long count, Time now) {
        Standing standing = linked.get(peer);
        if (standing == null) {
            return;
        }
        standing.repeated.grant(delivered - standing.deliveredThen);
        standing.deliveredThen = delivered;
        if (!standing.repeated.take(count, now.nanos())) {
            standing.offence = "repeats messages without end";
        }
    }

    /**
     * Bans a peer that has gone too far since the last look. Its link is to be closed.
     *
     * @param peer who has just sent something
     * @param now the time
     * @return what it has done, or null if nothing
     */
    public @Nullable String ban(Origin peer, Time now) {
        Standing standing = linked.get(peer);
        String offence = standing == null ? null : standing.offence;
        if (offence == null) {
            return null;
        }
        linked.remove(peer);
        Ban before = bans.remove(peer.id());
        int count = before == null ? 1 : Math.min(MOST_BANS, before.count + 1);
        bans.put(peer.id(), new Ban(count, now.nanos() + (long) count * BAN_SECONDS * 1_000_000_000L));
        if (bans.size() > MOST_OFFENDERS) {
            bans.remove(bans.keySet().iterator().next());
        }
        return offence;
    }

    /**
     * Whether a member is given no link.
     *
     * @param member who
     * @param now the time
     * @return whether it is banned now
     */
    public boolean isBanned(MemberId member, Time now) {
        Ban ban = bans.get(member);
        return ban != null && ban.until - now.nanos() > 0;
    }
}
