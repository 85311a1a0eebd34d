package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.GrapevineObserver.DropReason;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.overlay.LinkChoice;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.PublishRoom;
import dev.grapevine.topic.Priority;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The open links of a node, one a peer whoever dialled. Confined to the node's thread.
 *
 * <p>When two members dial each other at the same time, both keep the connection that the member with the smaller id
 * dialled. The other one is closed a moment later, so that what is under way on it still arrives.
 */
final class PeerLinks implements Admission.Room {

    private static final Logger log = LoggerFactory.getLogger(PeerLinks.class);

    /**
     * For how long one full outbox may hold up this node's publishers. After that the peer counts as lagging until the outbox
     * is empty: it no longer holds up anybody, and no payloads are put into its outbox, only digests, by which it finds out
     * what to pull.
     */
    static final Duration LAG_GRACE = Duration.ofSeconds(1);

    private static final Duration REPLACED_GRACE = Duration.ofSeconds(1);

    private final MemberId self;
    private final LinkLimits limits;
    private final Scheduler scheduler;
    private final GrapevineObserver observer;
    private final TreeMap<Origin, PeerLink> links = new TreeMap<>();
    private final List<PeerLink> dirty = new ArrayList<>();
    private final LongSupplier nanos;
    private final Map<Lane, Long> toldBytes = new EnumMap<>(Lane.class);
    private Outbox.@Nullable Waiting lastSent;
    private Runnable onDrained = () -> {};
    private @Nullable PublishRoom core;

    /**
     * No links.
     *
     * @param nanos the time in nanoseconds
     */
    PeerLinks(MemberId self, LinkLimits limits, Scheduler scheduler, LongSupplier nanos, GrapevineObserver observer) {
        this.self = self;
        this.limits = limits;
        this.scheduler = scheduler;
        this.nanos = nanos;
        this.observer = observer;
    }

    void onDrained(Runnable callback) {
        this.onDrained = callback;
    }

    /** Whom to ask what the node takes. */
    void consult(PublishRoom room) {
        this.core = room;
    }

    /**
     * Whether a connection to a peer would be kept.
     *
     * @param peer the peer
     * @param dialled whether this side opens the new connection
     * @return false if there is a link already that stays
     */
    boolean wants(Origin peer, boolean dialled) {
        PeerLink existing = links.get(peer);
        return existing == null || LinkChoice.replaces(existing.dialled(), dialled, self, peer.id());
    }

    /**
     * The life of a link as inputs of the core: up, what is received, down.
     *
     * @param link a new link
     * @param dialled the address that was dialled for it, or null if the peer did
     * @return empty if the pair has a link that stays
     */
    Flux<Input> session(Link link, @Nullable Address dialled) {
        return Flux.defer(() -> {
            Origin origin = link.remote().member().origin();
            if (!wants(origin, link.dialled())) {
                link.close();
                return Flux.empty();
            }
            PeerLink peer = new PeerLink(link, limits.maxBatchBytes(), () -> onDrained.run());
            Mono<Void> retired = replace(origin, peer);
            Flux<Input> up = Flux.just(new Input.LinkUp(link.remote().member(), dialled));
            Mono<Input> down = Mono.defer(link::onClose)
                    .flatMap(cause -> remove(peer) ? Mono.just(new Input.LinkDown(origin, cause)) : Mono.empty());
            return Flux.concat(up, traffic(peer), down).mergeWith(retired.then(Mono.empty()));
        });
    }

    /** A link that breaks the transport's contract ends; it does not take the node with it. */
    private Flux<Input> traffic(PeerLink peer) {
        return peer.traffic().onErrorResume(error -> {
            log.warn("The link to {} failed in a way that no transport should; it is closed", peer.origin(), error);
            close(peer);
            return Flux.empty();
        });
    }

    private Mono<Void> replace(Origin origin, PeerLink peer) {
        PeerLink old = links.put(origin, peer);
        observer.linksChanged(links.size());
        if (old == null) {
            return Mono.empty();
        }
        return Mono.delay(REPLACED_GRACE, scheduler)
                .doOnNext(tick -> close(old))
                .then();
    }

    private boolean remove(PeerLink peer) {
        peer.closeOutboxes();
        boolean current = links.remove(peer.origin(), peer);
        if (current) {
            observer.linksChanged(links.size());
            onDrained.run(); // a peer that is gone holds up no publisher
        }
        return current;
    }

    private static void close(PeerLink peer) {
        peer.closeOutboxes();
        peer.link().close();
    }

    /** Closes the link of a peer, if there is one. */
    void close(Origin origin) {
        @Nullable PeerLink peer = links.get(origin);
        if (peer != null) {
            close(peer);
        }
    }

    /** Puts a frame into a peer's outbox; {@link #flush()} sends it. */
    void send(Origin to, Lane lane, Frame frame) {
        PeerLink peer = links.get(to);
        if (peer == null) {
            observer.framesDropped(DropReason.NO_LINK, lane, 1);
            return;
        }
        Outbox outbox = peer.outbox(lane);
        if (isPushed(lane) && isPayload(frame) && isLagging(outbox)) {
            observer.framesDropped(DropReason.LAGGING, lane, 1);
            return;
        }
        int dropped = outbox.offer(measured(frame));
        if (dropped > 0) {
            observer.framesDropped(DropReason.OUTBOX_FULL, lane, dropped);
        }
        dirty.add(peer);
    }

    /** Whether a peer is sent what travels there without having asked for it. */
    private static boolean isPushed(Lane lane) {
        return lane == Lane.DATA || lane == Lane.CRITICAL;
    }

    /** Whether a peer finds out later what it misses without it, by digests and anti-entropy. */
    private static boolean isPayload(Frame frame) {
        return frame instanceof DisseminationFrame.Pushed
                || frame instanceof AntiEntropyFrame.Operations
                || frame instanceof EpidemicFrame;
    }

    private boolean isLagging(Outbox outbox) {
        return outbox.isLagging(nanos.getAsLong(), LAG_GRACE.toNanos());
    }

    /** The same frame often goes to every peer, one after the other: it is measured once. */
    private Outbox.Waiting measured(Frame frame) {
        if (lastSent == null || lastSent.frame() != frame) {
            lastSent = Outbox.Waiting.of(frame);
        }
        return lastSent;
    }

    /**
     * Sends what the last step put into outboxes, as far as the peers have granted it.
     *
     * @return whether there was anything
     */
    boolean flush() {
        boolean any = !dirty.isEmpty();
        for (int i = 0; i < dirty.size(); i++) {
            dirty.get(i).flush();
        }
        dirty.clear();
        lastSent = null;
        return any;
    }

    /**
     * Whether publishers may go on.
     *
     * @param priority what they publish
     * @param isLarge whether it is a large message
     * @return false while the outbox for it of a peer that is not lagging is above the high-water mark, or for a large
     *     message while such a peer has much to fetch
     */
    @Override
    public boolean isThere(Priority priority, boolean isLarge) {
        if (isLarge && core != null && !core.hasRoomForLarge(nanos.getAsLong())) {
            return false;
        }
        Lane lane = priority == Priority.CRITICAL ? Lane.CRITICAL : Lane.DATA;
        boolean room = true;
        for (PeerLink peer : links.values()) {
            Outbox outbox = peer.outbox(lane);
            room &= isLagging(outbox) || !outbox.isFull();
        }
        return room;
    }

    /** Whether a peer holds up publishers or, as soon as it lags, will not. */
    boolean isAnyFull() {
        for (PeerLink peer : links.values()) { // asked after every step, so without what a stream allocates
            if (peer.outbox(Lane.DATA).isFull() || peer.outbox(Lane.CRITICAL).isFull()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isForStream(String stream) {
        return core == null || core.mayPublish(stream);
    }

    /** Tells the observer how much waits, if that has changed since it was told. */
    void tellBytes() {
        for (Lane lane : Lane.values()) {
            long bytes = 0;
            for (PeerLink peer : links.values()) {
                bytes += peer.outbox(lane).bytes();
            }
            @Nullable Long before = toldBytes.put(lane, bytes);
            if (bytes != (before == null ? 0 : before)) {
                observer.outboxChanged(lane, bytes);
            }
        }
    }

    /** Whether the peers have fetched the large messages that they were told of. */
    boolean isFetched() {
        return core == null || core.isLargeFetched(nanos.getAsLong());
    }

    boolean isDrained() {
        return links.values().stream().allMatch(PeerLink::isDrained);
    }

    int size() {
        return links.size();
    }
}
