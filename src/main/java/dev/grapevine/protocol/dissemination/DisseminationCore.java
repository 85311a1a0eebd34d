package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.PublishRoom;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.protocol.step.TopicPace;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Topics: what a member publishes reaches every member, in order, each message at most once; what a link lost is repaired
 * from what others retain, and what cannot be repaired any more is announced as a gap.
 *
 * <p>A <em>stream</em> is what one origin publishes to one topic with one priority, numbered from 1 without holes. In a full mesh a publication
 * crosses each link once and is never forwarded, and its publisher repairs it. Where there are too many members for that,
 * it travels on its publisher's {@linkplain BroadcastTree tree}, every member retains what it was given, and every neighbour
 * repairs. A member's view of a stream begins with the first message that is published after it first had a link to one whom the
 * stream reaches (newcomers that hold each other only are no part of the cluster yet); from there on it is given every message or a gap.
 *
 * <p>The two halves do not know each other: {@link LocalStreams} publishes and answers, {@link InboundStreams} receives,
 * asks and forwards. Publications and digests share a lane, so that a digest never tells of a message that is still behind
 * it; repairs and the answer that there is none share another, for the same reason. Critical streams have a lane of their
 * own for all of it, and flood all links.
 *
 * <p>A pure state machine: single-threaded, no clock, no chance of its own. Input from a peer never throws; what is not
 * acceptable becomes an {@link dev.grapevine.protocol.step.Effect.Rejected}. The bounds are those of
 * {@link DisseminationSettings} and {@link Limits}.
 */
public final class DisseminationCore implements PublishRoom {

    private final Origin self;
    private final Pacing pacing;
    private final Neighbours neighbours = new Neighbours();
    private final BroadcastTree tree = new BroadcastTree(neighbours);
    private final TreeDigests digests;
    private final LocalStreams local;
    private final InboundStreams inbound;
    private final Serving serving;
    private final TreeLinks treeLinks;
    private final Replays replays;
    private final CausalOrder order;
    private boolean isPartial;

    /**
     * A core that has published nothing and knows nobody.
     *
     * @param self this member in its present life
     * @param settings the bounds
     * @param random for the jitter of digests
     * @param isPresent whether a member is one of the cluster, whom others may speak for
     */
    public DisseminationCore(
            Origin self, DisseminationSettings settings, RandomGenerator random, Predicate<Origin> isPresent) {
        this.self = self;
        this.pacing = new Pacing(settings, random);
        this.digests = new TreeDigests(pacing, neighbours, this::state);
        this.local = new LocalStreams(self, settings, pacing, tree, digests);
        this.inbound = new InboundStreams(self, settings, pacing, neighbours, tree, digests, isPresent);
        this.serving = new Serving(self, local, inbound, neighbours);
        this.treeLinks = new TreeLinks(self, isPresent, neighbours, local, inbound, this::state);
        this.replays = new Replays(new ReplaySources(self, local, inbound, neighbours, pacing));
        this.order = new CausalOrder(self, inbound, isPresent, settings);
    }

    /**
     * The pace as it is set.
     *
     * @param settings hold the intervals
     * @return the pace until another is given
     */
    public static TopicPace setPace(DisseminationSettings settings) {
        return TopicPace.of(settings.digestInterval(), settings.pullRetry());
    }

    /**
     * Losses are found and repaired at another pace: digests from the next round on, requests from the next one on.
     *
     * @param changed the pace
     */
    public void pace(TopicPace changed) {
        pacing.pace(changed);
    }

    /**
     * Whether each member has links to a few others only. While it is so, messages are forwarded.
     *
     * @param partial false for a full mesh, as at the beginning
     * @param now the time
     * @param out where effects go
     */
    public void partial(boolean partial, Time now, Effects out) {
        if (partial != isPartial) {
            isPartial = partial;
            digests.clear();
            local.partial(partial, now.nanos());
            inbound.partial(partial, now.nanos(), seen(now, out));
            serving.partial(partial);
            treeLinks.partial(partial);
            replays.partial(partial);
            order.partial(partial);
        }
    }

    /**
     * Publishes messages: numbers them, retains them, sends them to every linked peer and delivers them here.
     *
     * @param topic the stream's {@linkplain dev.grapevine.protocol.frame.StreamName name}: the topic's, or that of its
     *     critical messages
     * @param payloads the messages in their order, each within the payload limit, which the caller has checked; nothing
     *     happens if there are none
     * @param now the time
     * @param out where effects go. If the topic would be one more than {@code maxStreams}, a single rejection and
     *     nothing is published
     */
    public void publish(String topic, List<Bytes> payloads, Time now, Effects out) {
        local.publish(topic, order.seal(topic, payloads, now.nanos()), now.nanos(), seen(now, out));
    }

    /**
     * A subscription begins with what is retained of a topic, takes more of it or is over; others may go on for it.
     *
     * @param input which, and what it wants
     * @param now the time
     * @param out where effects go
     */
    public void replay(Input.OfReplay input, Time now, Effects out) {
        if (input instanceof Input.Replay replay) {
            replays.begin(replay.subscription(), replay.topic());
        } else if (input instanceof Input.ReplayRoom room) {
            replays.room(room.subscription(), room.messages());
        } else if (input instanceof Input.ReplayEnd end) {
            replays.end(end.subscription());
        }
        replays.proceed(now.nanos(), out);
    }

    /**
     * A link to a peer is open. A peer that is met for the first time sees what is published from now on; one that comes
     * back in the same life goes on where it was.
     *
     * @param peer who
     * @param now the time
     * @param out where effects go
     */
    public void linkUp(Origin peer, Time now, Effects out) {
        Neighbour before = neighbours.get(peer);
        Neighbour neighbour = neighbours.linkUp(peer, now.nanos());
        if (before != null) {
            inbound.replaced(before, now.nanos());
        }
        local.linkUp(peer, out);
        inbound.linkUp(neighbour, now.nanos());
        order.linkUp();
        if (isPartial) {
            digests.forget(neighbour.slot());
            DigestBatch batch = new DigestBatch(peer, out);
            inbound.table().forEach(stream -> {
                if (stream.isOpen()) {
                    batch.add(stream.lane(), stream.state(neighbour.start(stream)));
                }
            });
            batch.end();
        }
    }

    /**
     * The link to a peer is gone. What it missed is repaired or announced when it is back.
     *
     * @param peer who
     * @param now the time
     * @param out where effects go
     */
    public void linkDown(Origin peer, Time now, Effects out) {
        local.linkDown(peer);
        Neighbour neighbour = neighbours.linkDown(peer);
        if (neighbour != null) {
            local.edges().forget(neighbour.slot());
            digests.forget(neighbour.slot());
            inbound.linkDown(neighbour, now.nanos(), out);
            replays.linkDown(neighbour);
        }
    }

    /**
     * A probe of a peer was answered. Beyond a full mesh messages take the shorter ways.
     *
     * @param peer who
     * @param nanos how long it took, in nanoseconds
     */
    public void roundTrip(Origin peer, long nanos) {
        Neighbour neighbour = neighbours.get(peer);
        if (neighbour != null) {
            neighbour.roundTrip(nanos);
        }
    }

    /**
     * A member left the view and has no link. In a full mesh what it could still have repaired becomes a gap, and what
     * waited behind it is delivered; beyond it others may repair it still. Messages at the end of its streams that nobody
     * here heard of are not a gap.
     *
     * @param member who
     * @param now the time
     * @param out where effects go
     */
    public void memberGone(Origin member, Time now, Effects out) {
        local.memberGone(member);
        inbound.memberGone(member, now.nanos(), seen(now, out));
        replays.memberGone();
        order.memberGone(now.nanos(), replays.watch(out));
    }

    /**
     * A frame arrived.
     *
     * @param from the peer whose link it came on
     * @param frame the frame
     * @param now the time
     * @param out where effects go
     */
    public void receive(Origin from, DisseminationFrame frame, Time now, Effects out) {
        take(from, frame, now, seen(now, out));
        replays.proceed(now.nanos(), out);
    }

    private void take(Origin from, DisseminationFrame frame, Time now, Effects out) {
        if (frame instanceof Publications publications) {
            publications(from, publications, now, out);
        } else if (frame instanceof StreamDigest digest) {
            inbound.digest(from, digest, now.nanos(), out);
            replays.told(from, digest, now.nanos());
        } else if (frame instanceof Unavailable unavailable) {
            inbound.unavailable(from, unavailable, now.nanos(), out);
            replays.unavailable(from, unavailable, now.nanos(), out);
        } else if (frame instanceof Pull pull) {
            serving.pull(from, pull, now.nanos(), out);
        } else if (frame instanceof StreamQuery query) {
            serving.query(from, query, out);
        } else if (frame instanceof Graft graft) {
            treeLinks.graft(from, graft.origin(), out);
        } else if (frame instanceof Prune prune) {
            treeLinks.prune(from, prune.origin(), out);
        } else {
            large(from, frame, now, out);
        }
    }

    private void large(Origin from, DisseminationFrame frame, Time now, Effects out) {
        if (frame instanceof Announcement announcement) {
            announcement(from, announcement, now, out);
        } else if (frame instanceof ChunkRequest request) {
            serving.chunkRequest(from, request, now.nanos(), out);
        } else if (frame instanceof Chunk chunk) {
            Transfer transfer = inbound.chunk(from, chunk, now.nanos(), out);
            if (transfer != null && transfer.isAgain()) {
                replays.fetched(transfer, now.nanos(), out);
            } else if (transfer != null && isPartial) {
                local.moved(chunk.bytes().length(), now.nanos(), out);
            }
        }
    }

    private void announcement(Origin from, Announcement announcement, Time now, Effects out) {
        if (isPartial && announcement.origin().equals(self)) {
            treeLinks.echo(from, announcement, out);
        } else if (replays.expects(from, announcement, now.nanos())) {
            if (!inbound.fetchAgain(from, announcement, now.nanos(), out)) {
                long sequence = announcement.sequence();
                Unavailable none = new Unavailable(announcement.origin(), announcement.topic(), sequence, sequence);
                replays.unavailable(from, none, now.nanos(), out);
            }
        } else {
            inbound.announcement(from, announcement, now.nanos(), out);
        }
    }

    private void publications(Origin from, Publications run, Time now, Effects out) {
        if (isPartial && run.origin().equals(self)) {
            treeLinks.echo(from, run, out);
        } else if (!replays.answered(from, run, now.nanos(), out)) {
            inbound.publications(from, run, now.nanos(), out);
        }
    }

    /** What subscribers are given of a step's effects: in causal order where that is wanted, and to who caught up too. */
    private Effects seen(Time now, Effects out) {
        return order.watch(now.nanos(), replays.watch(out));
    }

    private StreamState state(KnownStream stream, Neighbour to) {
        return stream instanceof InboundStream forwarded
                ? stream.state(to.start(forwarded))
                : stream.state(local.start((LocalStream) stream, to.origin()));
    }

    /**
     * How long the next tick may take to come, as things stand: it is to come at once while a message is missing or is waited
     * for by a peer, or beyond a full mesh was passed on lately, and in a full mesh when the digest that follows a publication is
     * due. What all streams are told every now and then needs no tick of its own.
     *
     * @param now the time
     * @return nanoseconds, not positive for at once
     */
    public long untilTick(Time now) {
        return inbound.isIdle() && digests.isIdle() && replays.isIdle() && order.isIdle()
                ? local.untilTick(now.nanos())
                : 0;
    }

    @Override
    public boolean mayPublish(String stream) {
        return local.mayPublish(stream);
    }

    @Override
    public boolean hasRoomForLarge(long nanos) {
        return local.hasRoomForLarge(nanos);
    }

    @Override
    public boolean isLargeFetched(long nanos) {
        return local.unfetched(nanos) == 0;
    }

    /**
     * Time has passed: digests, repairs that had to wait, and requests whose answer is overdue.
     *
     * @param now the time
     * @param out where effects go
     */
    public void tick(Time now, Effects out) {
        local.tick(now.nanos(), out);
        inbound.tick(now.nanos(), seen(now, out));
        digests.tick(now.nanos(), out);
        order.tick(now.nanos(), replays.watch(out));
        replays.tick();
        replays.proceed(now.nanos(), out);
        for (Neighbour neighbour : neighbours.all()) {
            if (now.nanos() - neighbour.since() > Limits.STARTS_NANOS) {
                neighbour.forgetStarts();
            }
        }
    }
}
