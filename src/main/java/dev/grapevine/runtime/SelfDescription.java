package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node says of itself: known from binding on, since the address belongs to it. Read from any thread. */
final class SelfDescription {

    private final NodeConfig config;
    private Map<String, String> firstLabels;
    private volatile @Nullable Member self;

    SelfDescription(NodeConfig config) {
        this.config = config;
        this.firstLabels = config.metadata();
    }

    /** Labels with which binding describes this member; under the lock of the node's status. */
    void firstLabels(Map<String, String> labels) {
        firstLabels = labels;
    }

    /** The address is known; under the lock of the node's status. */
    void describe(Address bound) {
        Address address = LocalAddresses.reachable(bound, config.advertise());
        Long epoch = config.epoch();
        Origin origin = new Origin(
                config.id(),
                epoch != null ? epoch : config.environment().wallMillis().getAsLong());
        String name = config.name();
        self = new Member(origin, name != null ? name : address.toString(), address, config.zone(), firstLabels);
    }

    /** Other labels from now on; on the node's thread. */
    Member relabel(Map<String, String> labels) {
        Member relabelled = member().withMetadata(labels);
        self = relabelled;
        return relabelled;
    }

    Member member() {
        Member described = self;
        if (described == null) {
            throw new IllegalStateException("The node is not bound: its address is not known yet");
        }
        return described;
    }
}
