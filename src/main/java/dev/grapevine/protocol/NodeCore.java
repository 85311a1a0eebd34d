package dev.grapevine.protocol;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.antientropy.AntiEntropyCore;
import dev.grapevine.protocol.dissemination.DisseminationCore;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.health.HealthCore;
import dev.grapevine.protocol.membership.SwimCore;
import dev.grapevine.protocol.overlay.OverlayCore;
import dev.grapevine.protocol.rumor.RumorCore;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.PublishRoom;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.protocol.step.Tuning;
import dev.grapevine.protocol.tuning.TuningCore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A whole member as one pure state machine: an input with its time goes in, effects come out. It composes the cores of
 * membership, overlay, topics and stores, which do not see each other; what one of them says that another must know
 * passes through here.
 *
 * <p>Not thread-safe: whoever drives it calls it from one thread at a time. The same inputs at the same times with the
 * same source of chance give the same effects.
 */
public final class NodeCore {

    /** What happens every now and then and is no tick's own business is late by as much at most. */
    private static final long REST_NANOS = 1_000_000_000;

    private final Origin self;
    private final long tickNanos;
    private final SwimCore swim;
    private final OverlayCore overlay;
    private final DisseminationCore topics;
    private final AntiEntropyCore stores;
    private final StoreRumors rumors;
    private final TuningCore tuning;
    private final ConductWatch conduct = new ConductWatch();
    private final TreeSet<Origin> linked = new TreeSet<>();

    /** Neighbours that came and went in this step, of whom topics have not been told yet. */
    private final ArrayDeque<Effect> neighbours = new ArrayDeque<>();

    private final HealthCore health = new HealthCore();
    private final JoinBatch joins;

    private @Nullable Tuning pace;
    private List<Effect> effects = new ArrayList<>();
    private Time latest;
    private long lastTick;

    private final Effects out = this::add;
    private final Effects shown = this::show;

    /**
     * A member that has not joined.
     *
     * @param self the member as it describes itself
     * @param settings the settings of the cores
     * @param random the source of chance, used by this core alone
     * @param now the time of the start
     */
    public NodeCore(Member self, NodeSettings settings, RandomGenerator random, Time now) {
        this.self = self.origin();
        this.latest = now;
        this.tickNanos = settings.tickInterval().toNanos();
        this.lastTick = now.nanos();
        this.swim = new SwimCore(self, settings.membership(), random, now);
        this.overlay = new OverlayCore(self, settings.overlay(), random);
        this.topics = new DisseminationCore(self.origin(), settings.dissemination(), random, origin -> swim.present()
                .containsKey(origin));
        this.stores = new AntiEntropyCore(self.origin(), settings.antiEntropy(), random, now);
        this.rumors =
                new StoreRumors(settings.rumors(), stores, () -> swim.present().size(), random, now);
        this.tuning = new TuningCore(
                settings.tuning(),
                RumorCore.setPace(settings.rumors()),
                DisseminationCore.setPace(settings.dissemination()),
                now);
        this.joins = new JoinBatch(settings.joinQuiet());
    }

    /**
     * Takes one input.
     *
     * @param input what happened
     * @param now when; never earlier than that of the input before
     * @return what is to be done, in order; the caller owns the list
     */
    public List<Effect> step(Input input, Time now) {
        effects = new ArrayList<>();
        latest = now;
        swim.watchNeighbours(overlay.isPartial());
        if (input instanceof Input.Received received) {
            receive(received, now);
        } else if (input instanceof Input.Publish publish) {
            topics.publish(publish.topic(), publish.payloads(), now, out);
        } else if (input instanceof Input.Tick) {
            tick(now);
        } else if (input instanceof Input.Write write) {
            write(write, now);
        } else if (input instanceof Input.LinkUp up) {
            linkUp(up, now);
        } else if (input instanceof Input.LinkDown down) {
            linkDown(down, now);
        } else if (input instanceof Input.DialFailed failed) {
            overlay.dialFailed(failed.address(), failed.cause(), now, out);
            swim.dialFailed(failed.address(), failed.cause(), now, fromSwim(now));
        } else if (input instanceof Input.OfReplay replay) {
            topics.replay(replay, now, out);
        } else {
            lifecycle(input, now);
        }
        overlay.settle(now, out);
        topics.partial(overlay.isPartial(), now, out);
        tellNeighbours(now);
        joins.settle();
        health.settle(swim.healthScore(), Math.max(0, swim.present().size() - 1), now, out);
        return effects;
    }

    private void add(Effect effect) {
        if (effect instanceof Effect.JoinChanged joined) {
            joins.changed(joined, shown);
            return;
        }
        if (effect instanceof Effect.NeighbourUp || effect instanceof Effect.NeighbourDown) {
            neighbours.add(effect);
            return;
        }
        conduct.seen(effect, latest);
        if (effect instanceof Effect.Deliver deliver) {
            joins.heard(deliver.origin(), shown);
        } else if (effect instanceof Effect.Gap gap) {
            joins.heard(gap.origin(), shown);
        } else if (effect instanceof Effect.Replayed replayed) {
            joins.heard(replayed.messages().origin(), shown);
        } else if (effect instanceof Effect.ReplayGap replayed) {
            joins.heard(replayed.gap().origin(), shown);
        }
        effects.add(effect);
    }

    /** What users see of the cluster, when they see it. */
    private void show(Effect effect) {
        effects.add(effect);
        if (effect instanceof Effect.JoinChanged joined) {
            health.joinChanged(joined.state());
        }
    }

    private void lifecycle(Input input, Time now) {
        if (input instanceof Input.Join join) {
            joins.begin(now.nanos());
            swim.join(now, fromSwim(now));
            overlay.join(join.seeds(), join.more(), now, out);
        } else if (input instanceof Input.Seeds seeds) {
            overlay.seeds(seeds.seeds(), now, out);
        } else if (input instanceof Input.UpdateMetadata update) {
            swim.updateMetadata(update.metadata(), now, fromSwim(now));
        } else if (input instanceof Input.Leave) {
            joins.show(shown);
            overlay.leave(out);
            swim.leave(now, fromSwim(now));
        } else if (input instanceof Input.OpenStore open) {
            stores.open(open.store(), now, out);
        }
    }

    /**
     * Plans the next tick, which is to be asked for after each input: after the tick interval while anything is under way; at
     * rest up to a second after the last, but no later than a probe, a dial or in a full mesh the digest of a publication is
     * due. The core keeps the plan: only a tick that comes much later is taken for a pause of this member's own.
     *
     * @param now the time
     * @return how long the tick may take to come unless another input comes first, in nanoseconds, positive
     */
    public long planTick(Time now) {
        long wait = joins.isHolding() ? tickNanos : Math.max(tickNanos, untilDue(now));
        swim.resting(now, wait - tickNanos);
        return wait;
    }

    private long untilDue(Time now) {
        long due = Math.min(
                Math.min(swim.untilTick(now), overlay.untilTick(now)),
                Math.min(
                        Math.min(topics.untilTick(now), stores.untilTick()),
                        rumors.untilTick(overlay.isPartial(), now)));
        return Math.min(lastTick + REST_NANOS - now.nanos(), due);
    }

    /**
     * Whether more may be published.
     *
     * @return what tells as things stand
     */
    public PublishRoom publishRoom() {
        return topics;
    }

    private void write(Input.Write write, Time now) {
        Operation operation = stores.write(write.store(), write.key(), write.value(), now, out);
        if (overlay.isPartial()) {
            rumors.written(write.store(), operation, out);
        }
    }

    @SuppressWarnings(
            "ReferenceEquality") // an unchanged decision is the same object, and to compare values takes a while
    private void tick(Time now) {
        lastTick = now.nanos();
        swim.tick(now, fromSwim(now));
        overlay.tick(now, out);
        topics.tick(now, out);
        stores.tick(now, out);
        rumors.tick(overlay.isPartial(), now, out);
        joins.tick(now.nanos(), shown);
        Tuning tuned = tuning.tick(swim.present().size(), linked.size(), swim.setPace(), now, out);
        if (tuned != pace) {
            pace = tuned;
            swim.pace(tuned.membership());
            rumors.pace(tuned.writes());
            topics.pace(tuned.topics());
        }
    }

    private void receive(Input.Received received, Time now) {
        Origin peer = received.peer();
        if (!linked.contains(peer) || conduct.isBanned(peer.id(), now)) {
            return; // what was still under way when its link was replaced or closed; every protocol repairs a loss
        }
        for (Frame frame : received.frames()) {
            conduct.begins(peer, frame, now);
            receive(peer, frame, now);
            String offence = conduct.ends(now);
            if (offence != null) {
                effects.add(new Effect.Rejected(RejectReason.MISBEHAVED, peer, offence));
                effects.add(new Effect.Close(peer));
                return; // what else it sent until it is gone is not looked at
            }
        }
    }

    private void receive(Origin peer, Frame frame, Time now) {
        if (frame instanceof DisseminationFrame publication) {
            topics.receive(peer, publication, now, out);
        } else if (frame instanceof MembershipFrame membership) {
            swim.receive(peer, membership, now, fromSwim(now));
        } else if (frame instanceof AntiEntropyFrame store) {
            stores.receive(peer, store, now, out);
            if (store instanceof Operations operations && overlay.isPartial()) {
                rumors.received(peer, operations, out);
            }
        } else if (frame instanceof EpidemicFrame rumor) {
            rumors.receive(peer, rumor, now, out);
        } else if (frame instanceof OverlayFrame link) {
            overlay.receive(peer, link, now, out);
        }
    }

    private void linkUp(Input.LinkUp up, Time now) {
        Origin peer = up.peer().origin();
        linked.add(peer);
        conduct.linkUp(peer, now);
        overlay.linkUp(up.peer(), up.dialled(), now, out);
        swim.linkUp(up.peer(), up.dialled() != null, now, fromSwim(now));
        tellNeighbours(now);
        stores.linkUp(peer, now, out);
        rumors.linkUp(peer);
        if (conduct.isBanned(peer.id(), now)) {
            effects.add(new Effect.Close(peer)); // it was let in just before it was banned on another link
        }
    }

    private void linkDown(Input.LinkDown down, Time now) {
        Origin peer = down.peer();
        linked.remove(peer);
        conduct.linkDown(peer);
        LinkLoss cause = overlay.isReleased(peer) ? LinkLoss.LOCAL : down.cause(); // whichever side closed it first
        Member member = swim.present().get(peer);
        if (member != null) {
            health.linkDown(member, cause, now);
        }
        stores.linkDown(peer, now, out);
        rumors.linkDown(peer);
        overlay.linkDown(peer, cause, now, out);
        tellNeighbours(now);
        swim.linkDown(peer, cause, now, fromSwim(now));
        if (!swim.present().containsKey(peer)) {
            topics.memberGone(peer, now, out);
            joins.silent(peer);
        }
    }

    /** Topics travel between neighbours; after what membership says over a new link. */
    private void tellNeighbours(Time now) {
        for (Effect next = neighbours.poll(); next != null; next = neighbours.poll()) {
            if (next instanceof Effect.NeighbourUp up) {
                topics.linkUp(up.peer(), now, out);
                if (overlay.isPartial()) {
                    swim.probeSoon(up.peer(), now); // how long the link is decides what travels over it
                }
            } else if (next instanceof Effect.NeighbourDown down) {
                topics.linkDown(down.peer(), now, out);
            }
        }
    }

    /** Membership decides who is there; the other cores are told in the step in which it decides. */
    private Effects fromSwim(Time now) {
        return effect -> {
            if (effect instanceof Effect.LinkWanted wanted) {
                overlay.reach(wanted.member(), now, out);
                return;
            }
            if (effect instanceof Effect.MemberChanged changed
                    && !changed.member().origin().equals(self)) {
                memberChanged(changed, now);
            } else {
                measure(effect);
                effects.add(effect);
            }
        };
    }

    private void measure(Effect effect) {
        conduct.seen(effect, latest);
        if (effect instanceof Effect.Noted noted) {
            tuning.noted(noted.event(), noted.count());
        } else if (effect instanceof Effect.RoundTrip roundTrip) {
            tuning.roundTrip(roundTrip.nanos());
            topics.roundTrip(roundTrip.peer(), roundTrip.nanos());
        }
    }

    private void memberChanged(Effect.MemberChanged changed, Time now) {
        Origin origin = changed.member().origin();
        boolean over = !changed.status().isPresent() && !linked.contains(origin);
        if (over) {
            topics.memberGone(origin, now, out); // what is still delivered of it comes before its end
        }
        joins.changed(changed, overlay.sees(origin), now.nanos(), shown);
        if (over) {
            joins.silent(origin);
        }
        health.memberChanged(changed.member(), changed.status(), now);
        overlay.memberChanged(changed.member(), changed.status(), now);
    }

    /**
     * Whether a peer that shows itself may have a link, by what is known of its id and address.
     *
     * @param peer as it describes itself
     * @return null if it may, or why not
     */
    public @Nullable DialFailure judge(Member peer) {
        return conduct.isBanned(peer.id(), latest) ? DialFailure.NOT_READY : swim.judge(peer);
    }

    /**
     * The members that are present, this one included once it has joined; those too that are not shown yet.
     *
     * @return a view in the order of the origins, valid until the next step
     */
    public Map<Origin, Member> present() {
        return swim.present();
    }

    /**
     * Visits what a store shows.
     *
     * @param store the store
     * @param visitor is given each key and its visible value, in the order of the keys
     */
    public void forEachEntry(String store, BiConsumer<Bytes, Bytes> visitor) {
        stores.forEachEntry(store, visitor);
    }
}
