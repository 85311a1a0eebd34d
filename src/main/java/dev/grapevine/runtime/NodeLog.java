package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.JoinState;
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people read in the log of how a node fares in its cluster. Confined to the node's thread once it is bound. */
final class NodeLog {

    private static final Logger log = LoggerFactory.getLogger(NodeLog.class);

    /** So long nobody may be found before that is worth a warning: those that start together miss each other at first. */
    static final Duration SEEK_PATIENCE = Duration.ofSeconds(2);

    private final LongSupplier nanos;
    private final MembershipNews news;
    private final RefusalLog refusals;
    private List<?> seeds;
    private String node;
    private NodeHealth health = NodeHealth.GOOD;
    private @Nullable Long seekingSince;

    /**
     * The log of a node.
     *
     * @param cluster the cluster's name, which is all that is known of the node before it is bound
     * @param seeds what it seeks at first
     * @param nanos monotonic time in nanoseconds
     * @param size how many members are in the view
     */
    NodeLog(String cluster, List<String> seeds, LongSupplier nanos, IntSupplier size) {
        this.node = cluster;
        this.seeds = seeds;
        this.nanos = nanos;
        this.news = new MembershipNews(nanos, size, line -> log.info("{}: {}", node, Printable.of(line)));
        this.refusals = new RefusalLog(nanos, line -> log.warn("{}: {}", node, Printable.of(line)));
    }

    /** The node knows who it is. */
    void named(String cluster, Member self) {
        node = cluster + "/" + self.name();
    }

    /** Node and cluster, for people. */
    String node() {
        return node;
    }

    /** What a step has changed in the view. */
    void membersChanged(List<MembershipEvent> events, Origin self) {
        for (MembershipEvent event : events) {
            log.debug("{}: {} {}", node, event.type(), event.member());
            if (!event.member().origin().equals(self)) {
                news.happened(event);
            }
        }
    }

    /** Nothing more will come: says what was gathered. */
    void end() {
        news.tell();
    }

    RefusalLog refusals() {
        return refusals;
    }

    /** What is sought from now on. */
    void seedsChanged(List<Address> addresses) {
        seeds = addresses;
    }

    /** Told on changes only, so each is logged once. */
    void joinChanged(JoinState state) {
        seekingSince = state == JoinState.SEEKING ? nanos.getAsLong() : null;
        switch (state) {
            case SEEKING -> {} // once it has lasted
            case SUPERSEDED ->
                log.error(
                        "{} is refused by its cluster: another process with its id started later, or another member has"
                                + " its address. It takes no part until that one is forgotten",
                        node);
            case ISOLATED -> log.warn("{} has lost sight of every other member; it keeps trying to find them", node);
            case JOINED -> log.info("{} has found its cluster", node);
            default -> log.info("{}: {}", node, state);
        }
    }

    /** Who flaps is logged when that changes; isolation is told by the join state. */
    void healthChanged(NodeHealth changed) {
        if (!ids(changed).equals(ids(health))) {
            log.info(
                    "{}: members that flap: {}",
                    node,
                    changed.flapping().stream().map(MembershipNews::described).toList());
        }
        health = changed;
    }

    private static List<MemberId> ids(NodeHealth health) {
        return health.flapping().stream().map(Member::id).toList();
    }

    /** Whether something is to be said when time has passed. */
    boolean isTimed() {
        return seekingSince != null || news.isGathering();
    }

    /** Time has passed. */
    void tick() {
        news.tick();
        if (seekingSince != null && nanos.getAsLong() - seekingSince >= SEEK_PATIENCE.toNanos()) {
            seekingSince = null;
            log.warn("{} has reached none of its seeds {} so far; it keeps trying", node, seeds);
        }
    }
}
